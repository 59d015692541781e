"""Held-back pictures are never seen, broken ones are listed, and nothing is decoded twice."""

import shutil
import zlib

import numpy as np
import pytest

from transcnn.errors import FolderError
from transcnn.pictures import decode, prepare
from transcnn.training.data import find_training_pictures, open_source


def _held_out(folder, file):
    return zlib.crc32(bytes(f"{folder}/{file}", "utf-8")) % 10 == 0


def _ignore(*_):
    pass


def test_held_out_pictures_are_left_out_and_all_others_are_there(photos):
    everything = set(photos.rglob("*.png"))
    held_out = {p for p in everything if _held_out(p.parent.name, p.name)}
    assert held_out
    assert set(find_training_pictures(photos)) == everything - held_out


def test_unlabelled_pictures_count_but_not_hidden_or_unrelated_ones(tmp_path):
    names = [f"{i}.jpg" for i in range(20) if not _held_out(tmp_path.name, f"{i}.jpg")]
    for name in names:
        (tmp_path / name).touch()
    for other in (".hidden", "BACKGROUND_Google"):
        (tmp_path / other).mkdir()
        (tmp_path / other / "1.jpg").touch()
        (tmp_path / other / "2.jpg").touch()
    (tmp_path / "notes.txt").touch()
    assert [p.name for p in find_training_pictures(tmp_path)] == sorted(names)


def test_with_folders_inside_a_class_an_image_is_held_out_by_either_folder(tmp_path):
    inner = tmp_path / "n01443537" / "images"
    inner.mkdir(parents=True)
    names = [f"{i}.jpg" for i in range(200)]
    for name in names:
        (inner / name).touch()
    by_class = {n for n in names if _held_out("n01443537", n)}
    by_inner = {n for n in names if _held_out("images", n)}
    assert by_class - by_inner
    assert by_inner - by_class
    found = {p.name for p in find_training_pictures(tmp_path)}
    assert found == set(names) - by_class - by_inner


def test_the_decoded_pictures_are_those_of_the_files(photos, source):
    files = find_training_pictures(photos)
    assert source.pixels.shape == (len(files), 100, 100, 3)
    for file, pixels in zip(files, source.pixels, strict=True):
        np.testing.assert_array_equal(pixels, prepare(decode(file.read_bytes()), 100)[0])


def test_broken_pictures_are_left_out_and_listed(photos, tmp_path):
    folder = tmp_path / "mixed"
    shutil.copytree(photos, folder)
    good = len(find_training_pictures(folder))
    name = next(f"{i}.jpg" for i in range(99) if not _held_out("n01440764", f"{i}.jpg"))
    broken = folder / "n01440764" / name
    broken.write_bytes(b"no picture")
    source = open_source(folder, tmp_path / "cache", 256, _ignore)
    assert len(source.pixels) == good
    [(file, why)] = source.broken
    assert file == broken
    assert "not an image" in why


def test_pictures_are_decoded_once_until_the_files_change(photos, tmp_path):
    folder, cache = tmp_path / "photos", tmp_path / "cache"
    shutil.copytree(photos, folder)
    decoded = []

    def count():
        decoded.clear()
        pixels = open_source(folder, cache, 64, lambda *_: decoded.append(1)).pixels
        return len(pixels), len(decoded)

    first, work = count()
    assert work == first
    assert count() == (first, 0)
    find_training_pictures(folder)[0].unlink()
    assert count() == (first - 1, first - 1)


def test_an_incomplete_cache_is_rebuilt(photos, tmp_path):
    def interrupt(_, done, __):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_source(photos, tmp_path, 64, interrupt)
    assert len(open_source(photos, tmp_path, 64, _ignore).pixels) == len(
        find_training_pictures(photos)
    )


def test_a_folder_without_enough_pictures_is_refused(tmp_path):
    with pytest.raises(FolderError, match="no such folder"):
        find_training_pictures(tmp_path / "missing")
    with pytest.raises(FolderError, match="fewer than two"):
        find_training_pictures(tmp_path)
    for name in ("1.png", "2.png", "3.png"):
        (tmp_path / name).write_bytes(b"no picture")
    with pytest.raises(FolderError, match="fewer than two of its files can be read"):
        open_source(tmp_path, tmp_path / "cache", 64, _ignore)
