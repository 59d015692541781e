"""COCO files and folders of Pascal VOC become annotated images, upright, to the pixel."""

import json

import numpy as np
import pytest
from faster_coco_eval.core import mask as library
from PIL import Image

from transcnn.detection.sets import read_set
from transcnn.errors import (
    AnnotationsTooLarge,
    ChoiceError,
    FolderError,
    NoAnnotations,
    NotCoco,
    NoUsableImage,
    SeveralSets,
)
from transcnn.pictures import read_picture
from transcnn.pictures.geometry import Box

WIDTH, HEIGHT = 40, 24
SQUARE = [[4, 6, 14, 6, 14, 12, 4, 12]]  # covers columns 4 to 13, rows 6 to 11
CATEGORIES = [{"id": 3, "name": "dog"}, {"id": 90, "name": "猫"}]


def an_image(path, size=(WIDTH, HEIGHT), orientation=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, "gray").save(path, exif=exif)


def an_object(**changed):
    return {"id": 1, "image_id": 7, "category_id": 3, "bbox": [4, 6, 10, 6]} | changed


def a_file(folder, *objects, images=None, categories=CATEGORIES, name="annotations.json"):
    """A COCO file with one image `a.png` of id 7, unless other ones are given."""
    default = [{"id": 7, "file_name": "a.png", "width": WIDTH, "height": HEIGHT}]
    content = {
        "images": default if images is None else images,
        "annotations": list(objects),
        "categories": categories,
    }
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def read_one(folder, *objects, **more):
    an_image(folder / "images" / "a.png")
    a_file(folder, *objects, **more)
    return read_set(folder)


def sentences(found):
    return [str(one) for one in found.left_out]


def test_a_coco_file_gives_classes_boxes_and_crowds(tmp_path):
    crowd = an_object(id=2, category_id=90, bbox=[0, 0, 40, 24], iscrowd=1)

    found = read_one(tmp_path, an_object(), crowd)

    assert found.classes == ("dog", "猫")
    (picture,) = found.pictures
    assert (picture.name, picture.size) == ("a.png", (WIDTH, HEIGHT))
    assert picture.path == tmp_path / "images" / "a.png"
    first, second = picture.objects
    assert (first.label, first.box, first.crowd) == (0, Box(4, 6, 14, 12), False)
    assert (second.label, second.box, second.crowd) == (1, Box(0, 0, 40, 24), True)
    assert found.left_out == ()


def run_lengths(pixels):
    """Uncompressed: how many pixels, column by column, are not and are in the mask, in turn."""
    flat = pixels.ravel(order="F").astype(int)
    changes = np.flatnonzero(np.diff(np.concatenate(([0], flat)))) if flat.any() else []
    return np.diff([0, *changes, flat.size]).tolist()


def as_compressed(pixels):
    found = library.encode(np.asfortranarray(pixels, dtype=np.uint8))
    return {"size": list(pixels.shape), "counts": found["counts"].decode()}


def planted():
    pixels = np.zeros((HEIGHT, WIDTH), dtype=bool)
    pixels[6:12, 4:14] = True
    return pixels


@pytest.mark.parametrize("kind", ["polygon", "run lengths", "compressed"])
def test_masks_are_read_in_all_three_forms_of_coco(tmp_path, kind):
    forms = {
        "polygon": SQUARE,
        "run lengths": {"size": [HEIGHT, WIDTH], "counts": run_lengths(planted())},
        "compressed": as_compressed(planted()),
    }

    found = read_one(tmp_path, an_object(segmentation=forms[kind]))

    (only,) = found.pictures[0].objects
    assert np.array_equal(only.mask.pixels(), planted())
    assert only.mask.area == 60
    assert found.left_out == ()


def test_an_object_without_a_box_has_the_one_round_its_mask(tmp_path):
    without = an_object(segmentation=SQUARE)
    del without["bbox"]

    (only,) = read_one(tmp_path, without).pictures[0].objects

    assert only.box == Box(4, 6, 14, 12)


_SEEN = [(turn, seen) for turn in range(1, 9) for seen in ("as stored", "unsaid")]
# A half turn or a mirrored image has the same size, and counts as stored.
_SEEN += [(turn, "upright") for turn in (1, 5, 6, 7, 8)]


@pytest.mark.parametrize(("orientation", "seen"), _SEEN)
def test_boxes_and_masks_survive_every_turn_of_exif_to_the_pixel(tmp_path, orientation, seen):
    stored = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    stored[6:12, 4:14] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    (tmp_path / "images").mkdir()
    Image.fromarray(stored).save(tmp_path / "images" / "a.png", exif=exif)
    upright = np.asarray(read_picture(tmp_path / "images" / "a.png").image)[..., 0] > 0
    said = {"as stored": (WIDTH, HEIGHT), "upright": upright.shape[::-1], "unsaid": (None, None)}
    pixels = stored[..., 0] > 0
    if seen == "upright":
        pixels = upright
    rows, columns = np.nonzero(pixels)
    left, top = int(columns.min()), int(rows.min())
    width, height = int(columns.max()) + 1 - left, int(rows.max()) + 1 - top
    width_said, height_said = said[seen]
    image = {"id": 7, "file_name": "a.png", "width": width_said, "height": height_said}
    one = an_object(bbox=[left, top, width, height], segmentation=as_compressed(pixels))
    a_file(tmp_path, one, images=[image])

    (picture,) = read_set(tmp_path).pictures

    assert picture.size == upright.shape[::-1]
    (only,) = picture.objects
    assert np.array_equal(only.mask.pixels(), upright)
    rows, columns = np.nonzero(upright)
    assert only.box == Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"image_id": 8}, "1 object was left out because it belongs to no image of the list."),
        ({"image_id": [7]}, "1 object was left out because it belongs to no image of the list."),
        (
            {"category_id": 4},
            "1 object was left out because its category is not defined, in a.png.",
        ),
        *(
            (
                {"bbox": box},
                "1 object was left out because its box is not four numbers with a width and a "
                "height, in a.png.",
            )
            for box in (
                *([4, 6, 0, 6], [4, 6, 10, -1], [4, 6, float("nan"), 6], [4, 6, 1e300, 6]),
                *([4, 6, 10], ["4", 6, 10, 6], None, "box", [True, 6, 10, 6]),
            )
        ),
        (
            {"bbox": [40, 6, 10, 6]},
            "1 object was left out because its box is outside the image, in a.png.",
        ),
    ],
)
def test_an_object_that_cannot_be_used_is_one_sentence_and_the_rest_goes_on(
    tmp_path, changed, sentence
):
    found = read_one(tmp_path, an_object(**changed), an_object(id=2, bbox=[1, 2, 3, 4]))

    assert [one.box for one in found.pictures[0].objects] == [Box(1, 2, 4, 6)]
    assert sentences(found) == [sentence]


def test_something_that_is_no_object_at_all_is_counted_too(tmp_path):
    found = read_one(tmp_path, 5, None, an_object())

    assert len(found.pictures[0].objects) == 1
    assert sentences(found) == [
        "2 objects were left out because they belong to no image of the list."
    ]


def test_a_box_is_cut_at_the_edge_and_said_to_be_beyond_rounding(tmp_path):
    found = read_one(
        tmp_path, an_object(bbox=[-5, 6, 20, 60]), an_object(bbox=[0, 0, WIDTH + 0.4, HEIGHT])
    )

    first, second = found.pictures[0].objects
    assert first.box == Box(0, 6, 15, HEIGHT)
    assert second.box == Box(0, 0, WIDTH, HEIGHT)
    assert sentences(found) == [
        "1 box was cut at the edge of the image, by more than a pixel, in a.png."
    ]


@pytest.mark.parametrize(
    "segmentation",
    [
        [[4, 6, 14, 6]],
        [[4, 6, 14, 6, 14]],
        [[4, 6, 1e9, 6, 14, 12]],
        [[4, 6, float("nan"), 6, 14, 12]],
        [["a"] * 6],
        {"size": [HEIGHT, WIDTH], "counts": "~~~~"},
        {"size": [HEIGHT, WIDTH], "counts": "x"},
        {"size": [HEIGHT, WIDTH], "counts": "猫"},
        {"size": [HEIGHT, WIDTH], "counts": [3, 5]},
        {"size": [HEIGHT, WIDTH], "counts": [-3, HEIGHT * WIDTH + 3]},
        {"size": [HEIGHT, WIDTH], "counts": [HEIGHT * WIDTH]},
        {"size": [WIDTH, HEIGHT], "counts": [3, HEIGHT * WIDTH - 3]},
        {"counts": [3]},
        "mask",
        7,
    ],
)
def test_a_mask_that_cannot_be_read_leaves_its_box(tmp_path, segmentation):
    found = read_one(tmp_path, an_object(segmentation=segmentation))

    (only,) = found.pictures[0].objects
    assert (only.box, only.mask) == (Box(4, 6, 14, 12), None)
    assert sentences(found) == [
        "1 object has its box only because its mask cannot be read, in a.png."
    ]


def entry(key, name, **more):
    return {"id": key, "file_name": name, "width": WIDTH, "height": HEIGHT} | more


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (
            [entry(8, "gone.png")],
            "1 image was left out because its file does not exist: gone.png.",
        ),
        (
            [entry(8, "text.png")],
            "1 image was left out because its file cannot be read as an image: text.png.",
        ),
        (
            [entry(8, "b.png", width=41)],
            "1 image was left out because its file has another size than its annotations say: "
            "b.png.",
        ),
        (
            [entry(7, "b.png"), entry(None, "b.png"), {"id": 9}, 5],
            "4 entries of the images were left out because they lack an id or a file name, or "
            "repeat an id.",
        ),
        (
            [entry(8, "b.png"), entry(9, "b.png")],
            "1 image was left out because the annotations list its file more than once: b.png.",
        ),
        (
            [entry(8, "zero\0.png")],
            "1 image was left out because its file does not exist: zero\\x00.png.",
        ),
        (
            [entry(8, "/etc/passwd"), entry(9, "../../secret.png"), entry(10, "C:\\x\\y.png")],
            "3 images were left out because their files do not exist: ../../secret.png, "
            "/etc/passwd, C:\\x\\y.png.",
        ),
    ],
)
def test_an_image_that_cannot_be_used_is_one_sentence_and_the_rest_goes_on(tmp_path, bad, sentence):
    an_image(tmp_path / "images" / "b.png")
    (tmp_path / "images" / "text.png").write_text("no image")
    (tmp_path.parent / "secret.png").write_bytes(b"")

    found = read_one(tmp_path, an_object(), images=[entry(7, "a.png"), *bad])

    assert [one.name for one in found.pictures] == ["a.png"]
    assert sentences(found) == [sentence]


def test_many_of_one_cause_are_one_sentence_that_names_some(tmp_path):
    gone = [entry(10 + i, f"gone{i}.png") for i in range(9)]

    found = read_one(tmp_path, an_object(), images=[entry(7, "a.png"), *gone])

    assert sentences(found) == [
        "9 images were left out because their files do not exist: "
        "gone0.png, gone1.png, gone2.png, gone3.png, gone4.png, …."
    ]
    assert found.left_out[0].said_in("zh").startswith("有 9 张图像")


def test_a_name_with_a_path_of_another_computer_is_found_by_its_last_part(tmp_path):
    found = read_one(tmp_path, an_object(), images=[entry(7, "/data/pictures/a.png")])

    assert found.pictures[0].path == tmp_path / "images" / "a.png"


def test_categories_that_repeat_are_said_and_count_once(tmp_path):
    categories = [
        *({"id": 3, "name": "Dog"}, {"id": 5, "name": "dog "}, {"id": 3, "name": "cat"}),
        *({"id": None, "name": "cow"}, {"id": 9}),
    ]

    found = read_one(tmp_path, an_object(category_id=5), categories=categories)

    assert found.classes == ("Dog",)
    assert found.pictures[0].objects[0].label == 0
    assert sentences(found) == [
        "1 category has the name of another one and counts as the same class: dog .",
        "3 categories were left out because they lack an id or a name, or repeat an id.",
    ]


def test_images_without_objects_stay_and_come_in_the_order_of_their_names(tmp_path):
    for name in ("b.png", "c.png"):
        an_image(tmp_path / "images" / name)

    found = read_one(
        tmp_path, an_object(), images=[entry(1, "c.png"), entry(7, "a.png"), entry(2, "b.png")]
    )

    assert [(one.name, len(one.objects)) for one in found.pictures] == [
        *(("a.png", 1), ("b.png", 0), ("c.png", 0))
    ]
    assert [one.name for one in read_set(tmp_path, limit=2).pictures] == ["a.png", "b.png"]
    with pytest.raises(ChoiceError):
        read_set(tmp_path, limit=0)


@pytest.mark.parametrize(
    ("file", "images"),
    [
        ("annotations.json", "images"),
        ("annotations.json", "."),
        ("_annotations.coco.json", "."),
        ("val/_annotations.coco.json", "val"),
        ("annotations/instances_val2017.json", "val2017"),
        ("annotations/instances_val2017.json", "images/val2017"),
        ("annotations/instances_val2017.json", "images"),
        ("anything.json", "images"),
    ],
)
def test_the_file_and_the_images_are_found_in_the_usual_layouts(tmp_path, file, images):
    an_image(tmp_path / images / "a.png")
    a_file(tmp_path, an_object(), name=file)

    for given in (tmp_path, tmp_path / file):
        assert read_set(given).pictures[0].path == tmp_path / images / "a.png"


def test_images_elsewhere_are_found_where_they_are_said_to_be(tmp_path):
    an_image(tmp_path / "elsewhere" / "a.png")
    file = a_file(tmp_path / "set", an_object())

    found = read_set(file, images=tmp_path / "elsewhere")

    assert found.pictures[0].path == tmp_path / "elsewhere" / "a.png"


def test_of_several_sets_one_must_be_chosen(tmp_path):
    for split in ("train2017", "val2017"):
        an_image(tmp_path / split / "a.png")
        a_file(tmp_path, an_object(), name=f"annotations/instances_{split}.json")
    (tmp_path / "annotations" / "captions_val2017.json").write_text("{}")

    assert read_set(tmp_path, "val").pictures[0].path.parent.name == "val2017"
    for split in (None, "test"):
        with pytest.raises(SeveralSets) as caught:
            read_set(tmp_path, split)
        assert caught.value.details["names"] == "train2017, val2017"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "5", '{"images": [], "annotations": []}', "[" * 100_000, "\xff"]
)
def test_a_file_that_is_no_coco_file_is_refused_in_one_sentence(tmp_path, text):
    file = tmp_path / "annotations.json"
    file.write_bytes(text.encode("latin-1"))

    with pytest.raises(NotCoco):
        read_set(tmp_path)


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setenv("TRANSCNN_LIMIT_ANNOTATIONS_MB", "1")
    with open(tmp_path / "annotations.json", "wb") as file:
        file.truncate(2 * 2**20)

    with pytest.raises(AnnotationsTooLarge):
        read_set(tmp_path)


def test_a_set_without_one_usable_image_is_an_error_that_says_why(tmp_path):
    a_file(tmp_path, an_object())

    with pytest.raises(NoUsableImage, match=r"its file does not exist: a\.png\)\.$"):
        read_set(tmp_path)


def test_a_folder_without_annotations_is_an_error(tmp_path):
    with pytest.raises(NoAnnotations):
        read_set(tmp_path)
    with pytest.raises(FolderError, match="there is no such file or folder"):
        read_set(tmp_path / "nowhere")


def voc(name="a.jpg", objects="", size=(WIDTH, HEIGHT), root="annotation"):
    sides = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>"
    return f"<{root}><filename>{name}</filename>{sides}{objects}</{root}>"


def voc_object(name="dog", box=(5, 7, 14, 12), more=""):
    ends = zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
    inside = "".join(f"<{end}>{value}</{end}>" for end, value in ends)
    return f"<object><name>{name}</name>{more}<bndbox>{inside}</bndbox></object>"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("xml", "images"),
    [("Annotations/a.xml", "JPEGImages"), ("a.xml", "."), ("Annotations/a.xml", "images")],
)
def test_a_folder_of_pascal_voc_counts_pixels_from_one(tmp_path, xml, images):
    an_image(tmp_path / images / "a.jpg")
    hard = voc_object("猫", (1, 1, WIDTH, HEIGHT), "<difficult>1</difficult>")
    write(tmp_path / xml, voc(objects=voc_object() + hard))

    found = read_set(tmp_path)

    assert found.classes == ("dog", "猫")
    first, second = found.pictures[0].objects
    assert (first.label, first.box, first.crowd) == (0, Box(4, 6, 14, 12), False)
    assert (second.label, second.box, second.crowd) == (1, Box(0, 0, WIDTH, HEIGHT), True)
    assert found.pictures[0].path == tmp_path / images / "a.jpg"
    assert found.left_out == ()


def test_the_image_of_an_xml_file_may_be_called_like_it(tmp_path):
    an_image(tmp_path / "JPEGImages" / "a.PNG")
    write(tmp_path / "Annotations" / "a.xml", voc("IMG_1234.tif", voc_object()))

    assert read_set(tmp_path).pictures[0].path == tmp_path / "JPEGImages" / "a.PNG"


def test_a_split_of_pascal_voc_is_a_list_of_names(tmp_path):
    for stem in ("a", "b"):
        an_image(tmp_path / "JPEGImages" / f"{stem}.jpg")
        write(tmp_path / "Annotations" / f"{stem}.xml", voc(f"{stem}.jpg", voc_object()))
    write(tmp_path / "ImageSets" / "Main" / "train.txt", "a\n")
    write(tmp_path / "ImageSets" / "Main" / "val.txt", "b  1\ngone -1\n")

    found = read_set(tmp_path, "val")

    assert [one.name for one in found.pictures] == ["b.jpg"]
    assert sentences(found) == [
        "1 image of the split was left out because it has no XML file: gone."
    ]
    assert len(read_set(tmp_path).pictures) == 2
    with pytest.raises(SeveralSets):
        read_set(tmp_path, "test")


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    "<annotation><filename>&b;</filename></annotation>"
)


@pytest.mark.parametrize(
    "text",
    [
        *("", "<annotation>", "no xml", LAUGHS, LAUGHS.replace("&b;", "b.jpg")),
        voc("b.jpg", root="html"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_xml_file_that_is_no_annotation_is_one_sentence_and_the_rest_goes_on(
    tmp_path, text, encoding
):
    for stem in ("a", "b"):
        an_image(tmp_path / f"{stem}.jpg")
    write(tmp_path / "a.xml", voc(objects=voc_object()))
    (tmp_path / "b.xml").write_bytes(text.encode(encoding))

    found = read_set(tmp_path)

    assert [one.name for one in found.pictures] == ["a.jpg"]
    assert sentences(found) == [
        "1 XML file was left out because it is not an annotation of Pascal VOC: b.xml."
    ]


def test_objects_of_pascal_voc_without_a_name_or_a_box_are_said(tmp_path):
    an_image(tmp_path / "a.jpg")
    bad = [voc_object(""), voc_object(box=("x", 1, 2, 3)), "<object><name>dog</name></object>"]
    write(tmp_path / "a.xml", voc(objects="".join(bad) + voc_object(), size=(0, 0)))

    found = read_set(tmp_path)

    assert len(found.pictures[0].objects) == 1
    assert sentences(found) == [
        "1 object was left out because its category is not defined, in a.jpg.",
        "2 objects were left out because their boxes are not four numbers with a width and a "
        "height, in a.jpg.",
    ]
