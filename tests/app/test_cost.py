"""The Cost page: what it says are the numbers of the closed forms and of the count."""

import re

import pytest

from tests.app.test_pages import open_app
from transcnn.analysis.cost import METHODS, Layer, network_cost
from transcnn.model.variants import network
from transcnn.ui.app.page_files import page_file


def cost_page(**link):
    app = open_app(**link)
    app.switch_page(page_file("cost")).run()
    assert not app.exception
    return app


def sliders(app):
    return {s.key: s.value for s in (*app.slider, *app.select_slider)}


def words(app):
    return "\n".join(m.value for m in (*app.markdown, *app.caption))


def value_below(app):
    """The sum at the end of the formula."""
    return int(re.search(r"mathbf\{((?:\d|\{,\})+)\}", app.latex[0].value)[1].replace("{,}", ""))


def test_the_page_opens_with_the_first_layer_of_the_network():
    app = cost_page()

    assert sliders(app) == {
        "channels": 24,
        "heads": 3,
        "stride": 4,
        "side": 224,
        "levels": 2,
        "grid0": 8,
    }
    assert value_below(app) == 17_059_056  # worked out by hand from the paper's formula (13)


def test_the_table_of_the_network_has_formula_and_count_side_by_side():
    app = cost_page()

    table = next(m.value for m in app.markdown if m.value.startswith("| Part"))
    rows = [[c.strip() for c in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    numbers = [[int(n.replace(",", "")) for n in row[1:]] for row in rows]
    assert all(formula == counted for _, formula, counted in numbers)
    assert numbers[-1] == [sum(column) for column in zip(*numbers[:-1], strict=True)]
    assert numbers[-1][1] == network_cost(network("transcnn_lite0"), (224, 224)).total
    assert "agree in every part" in words(app)


def test_a_button_takes_over_a_layer_of_the_network():
    app = cost_page()

    app.button[2].click().run()

    attention = network("transcnn_lite0").stages[2].attending[0]
    assert not app.exception
    found = sliders(app)
    assert (found["channels"], found["heads"]) == (attention.width, attention.heads)
    assert found["stride"] == 16
    assert (
        value_below(app)
        == METHODS["hmhsa"](
            Layer(16, attention.width, attention.heads, attention.merges), (14, 14)
        ).total
    )


@pytest.mark.parametrize("width", [8, 200, 1024])
def test_the_heads_divide_whatever_number_of_channels_is_chosen(width):
    app = cost_page()

    app.slider(key="channels").set_value(width).run()

    assert not app.exception
    assert width % sliders(app)["heads"] == 0


@pytest.mark.parametrize("levels", [1, 4])
def test_as_many_grids_can_be_chosen_as_there_are_merges(levels):
    app = cost_page()

    app.select_slider(key="levels").set_value(levels).run()

    assert not app.exception
    assert sum(key.startswith("grid") for key in sliders(app)) == levels - 1


def test_the_sentences_name_where_the_curves_cross():
    app = cost_page()

    # By the closed forms on maps of 15 and 16 places: 24 channels, grids of 8 against one grid.
    layer = Layer(4, 24, 3, (8,))
    cheaper = [
        METHODS["hmhsa"](layer, (n, n)).total < METHODS["mhsa"](layer, (n, n)).total
        for n in (8, 16)
    ]
    assert cheaper == [False, True]
    assert "From 64 px, H-MHSA (8) costs less than MHSA" in words(app)


def test_memory_is_another_comparison():
    app = cost_page()
    before = words(app)

    app.toggle(key="memory").set_value(True).run()

    assert words(app) != before


@pytest.mark.parametrize("method", ["MHSA", "Swin", "PVT", "Twins", "Linformer"])
def test_the_formula_of_every_layer_adds_up(method):
    app = cost_page()

    app.selectbox(key="formula").set_value(method.lower()).run()

    assert not app.exception
    values = [int(n.replace("{,}", "")) for n in re.findall(r"&&= ([\d{},]+) ", app.latex[0].value)]
    assert value_below(app) == sum(values)
