"""`cost`: parameters and multiply-adds, by formula and as torch counts them."""

import json

import pytest

from transcnn.detection.presets import detector, list_detectors


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


def test_images_need_not_be_square(called):
    _, out, _ = called("cost", "--model", "transcnn_nano", "--size", "96x160", "--json")

    found = json.loads(out)
    assert found["size"] == [96, 160]
    assert found["macs"] == found["macs_counted"]


def test_a_detector_is_counted_at_its_own_size_and_at_any_other(called):
    name = "mask_rcnn_transcnn_nano"
    own = detector(name).longer
    results = {
        size: json.loads(called("cost", "--model", name, *size, "--json")[1])
        for size in ((), ("--size", 2 * own), ("--size", f"160x{own}"))
    }

    assert [one["size"] for one in results.values()] == [own, 2 * own, [160, own]]
    for one in results.values():
        assert list(one) == [
            *("model", "size", "parameters", "macs", "attention_matmuls", "parts"),
        ]
        assert [part["name"] for part in one["parts"]] == [
            *("backbone", "pyramid", "region proposals", "box head", "mask head"),
        ]
        for key in ("parameters", "macs"):
            assert sum(part[key] for part in one["parts"]) == one[key]
    small, large, _ = (one["parts"] for one in results.values())
    assert large[1]["macs"] == 4 * small[1]["macs"]  # the pyramid's maps
    assert large[3:] == small[3:]  # regions have their own size


def test_the_text_of_a_detector_has_the_same_numbers(called):
    options = ("cost", "--model", "retinanet_transcnn_nano")
    found = json.loads(called(*options, "--json")[1])

    first, _, *lines = called(*options)[1].replace(",", "").splitlines()

    side = detector("retinanet_transcnn_nano").longer
    assert first == f"retinanet_transcnn_nano on {side} x {side} pixels"
    rows = [line.split()[-2:] for line in lines[:-1]]
    expected = [*found["parts"], found]
    assert rows == [[str(one["parameters"]), str(one["macs"])] for one in expected]
    assert int(lines[-1].split()[-1]) == found["attention_matmuls"] > 0


def test_all_detectors_are_one_table(called):
    found = json.loads(called("cost", "--detectors", "--size", 64, "--json")[1])
    head, _, *lines = called("cost", "--detectors", "--size", 64)[1].splitlines()

    assert [one["model"] for one in found] == list_detectors()
    titles = [title.strip() for title in head.strip("|").split("|")]
    assert len(lines) == len(found)
    for line, one in zip(lines, found, strict=True):
        row = dict(zip(titles, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
        assert (row["detector"], row["pixels"]) == (one["model"], "64 x 64")
        assert float(row["multiply-adds, G"]) == pytest.approx(one["macs"] / 1e9, abs=0.005)
        parts = sum(float(row[title]) for title in ("backbone", "pyramid", "heads"))
        assert parts == pytest.approx(float(row["multiply-adds, G"]), abs=0.02)


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
        *(
            (
                ["--size", size],
                f"size is '{size}'; allowed: PX or ROWSxCOLUMNS of 32 to 4096 pixels.",
            )
            for size in (31, 5000, "-5", "224x31", "224x", "wide", "224x224x3")
        ),
        (["--model", "resnet"], "model is 'resnet'; allowed: transcnn_lite0, "),
    ],
)
def test_invalid_input_is_one_sentence(arguments, sentence, called):
    code, out, err = called("cost", *arguments)

    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
