"""Annotated images on disk, and a run of the planted detector on them."""

import io
import json

from PIL import Image

from tests.detection.planted import as_image, planted, scene
from transcnn.detection.sets import read_set
from transcnn.runs.detection.run import begin_detection_run, detect_run
from transcnn.runs.detection.store import DetectionStore

SIZE = (160, 120)
BOXES = {  # by image: the red box, which the detector calls a cat
    "a.png": (20, 30, 80, 90),
    "b.png": (40, 40, 120, 100),
    "c.png": (10, 10, 60, 60),
    "d.png": (60, 20, 140, 100),
    "e.png": (30, 30, 90, 90),
}
FAR = (130, 90, 150, 110)
DOG, CAT = 0, 1


def coco(objects, names=("dog", "cat")):
    """A COCO file of objects (image, category, box as left, top, right, bottom)."""
    images = list(BOXES)
    return {
        "images": [
            {"id": i, "file_name": name, "width": SIZE[0], "height": SIZE[1]}
            for i, name in enumerate(images)
        ],
        "categories": [{"id": i, "name": name} for i, name in enumerate(names)],
        "annotations": [
            {
                "id": i,
                "image_id": images.index(image),
                "category_id": label,
                "bbox": [left, top, right - left, bottom - top],
            }
            for i, (image, label, (left, top, right, bottom)) in enumerate(objects)
        ],
    }


def of_every_kind():
    """A set in which the detector is correct about a.png, confuses b.png, is badly placed in c.png,
    finds background in d.png, and misses an object in e.png."""
    return coco(
        [
            ("a.png", CAT, BOXES["a.png"]),
            ("b.png", DOG, BOXES["b.png"]),
            ("c.png", CAT, (10, 10, 60, 34)),  # half of the red box
            ("e.png", CAT, BOXES["e.png"]),
            ("e.png", DOG, FAR),
        ]
    )


def files(annotations=None):
    """The set as files by their paths."""
    made = {"annotations.json": json.dumps(annotations or of_every_kind()).encode()}
    for name, box in BOXES.items():
        file = io.BytesIO()
        as_image(scene(*SIZE, box)).save(file, "PNG")
        made[f"images/{name}"] = file.getvalue()
    return made


def write_set(folder, annotations=None):
    for path, data in files(annotations).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def detected_run(path, folder, masks=False) -> DetectionStore:
    """The whole run at `path` of the set in `folder`."""
    detector, annotated = planted(masks), read_set(folder)
    store = begin_detection_run(path, detector, annotated)
    for _ in detect_run(store, detector, store.remaining(), store.settings.classes, 1):
        pass
    return store


def is_jpeg_of(data, size):
    image = Image.open(io.BytesIO(data))
    return image.format == "JPEG" and image.size == size
