"""`cost`: parameters and multiply-adds, by formula and as torch counts them."""

import json

import pytest


@pytest.mark.parametrize("size", [224, 101])
@pytest.mark.parametrize("name", ["transcnn_lite0", "transcnn_base", "hatnet_tiny"])
def test_parts_add_up_and_formula_and_count_agree(name, size, called):
    code, out, err = called("cost", "--model", name, "--size", size, "--json")

    found = json.loads(out)
    parts = [found["stem"], *found["downsampling"], *found["stages"], found["head"]]
    assert (code, err) == (0, "")
    assert (found["model"], found["size"]) == (name, size)
    assert len(found["stages"]) == len(found["downsampling"]) == 4
    for key in ("parameters", "macs", "macs_counted"):
        assert sum(part[key] for part in parts) == found[key]
    assert [part["macs"] for part in parts] == [part["macs_counted"] for part in parts]


def test_numbers_are_those_of_the_papers_arithmetic(called):
    # As counted independently of this package.
    _, out, _ = called("cost", "--model", "transcnn_small", "--json")

    found = json.loads(out)
    assert found["size"] == 224
    assert (found["parameters"], found["macs"]) == (12_378_120, 1_770_364_160)
    assert found["attention_matmuls"] == 86_563_072


def test_the_text_has_the_same_numbers(called):
    _, out, _ = called("cost", "--json")
    code, table, _ = called("cost")

    found = json.loads(out)
    last = table.splitlines()[-1].replace(",", "").split()
    assert code == 0
    assert last == ["total", *(str(found[k]) for k in ("parameters", "macs", "macs_counted"))]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--size", 31], "size is 31; allowed: 32 to 4096 pixels."),
        (["--size", 5000], "size is 5000; allowed: 32 to 4096 pixels."),
        (["--model", "resnet"], "model is 'resnet'; allowed: transcnn_lite0, "),
    ],
)
def test_invalid_input_is_one_sentence(arguments, sentence, called):
    code, out, err = called("cost", *arguments)

    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
