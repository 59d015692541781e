"""Fetching the authors' files: from a server of this machine, with a file made by the recipe."""

import hashlib
import itertools
import os
import socket
import threading
import time

import pytest

from tests.checkpoints.pth import saved
from tests.checkpoints.server import cut, halting, redirecting, refusing, serve, whole
from tests.checkpoints.test_authors import state_dict
from transcnn.checkpoints import download as module
from transcnn.checkpoints import load
from transcnn.checkpoints.catalogue import sha256
from transcnn.checkpoints.download import address, cache_path, check_cached, download, note_path
from transcnn.errors import (
    BrokenWeights,
    ChangedAtSource,
    CheckpointError,
    CutOff,
    EndlessFile,
    FolderError,
    MissingKeys,
    NotReachable,
    NotThere,
    NotWeights,
)
from transcnn.model.variants import authors_names

NAME = "hatnet_tiny"
KEPT = ["HAT-Net_Tiny.pth", "HAT-Net_Tiny.pth.sha256"]
PUBLISHED = "/HAT-Net/releases/download/v2.0/HAT-Net_Tiny.pth"


@pytest.fixture(scope="module")
def data():
    return saved(state_dict(NAME))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "transcnn" / "authors"


@pytest.fixture
def server(monkeypatch):
    with serve(refusing(404)) as server:
        monkeypatch.setattr(module, "BASE", server.address)
        yield server


def left_behind(cache):
    return sorted(path.name for path in cache.iterdir()) if cache.is_dir() else []


def refused(kind, cache):
    """The sentence with which a download ends; nothing may be left of it."""
    with pytest.raises(kind) as caught:
        list(download(NAME))
    assert left_behind(cache) == []
    return str(caught.value)


def test_the_file_arrives_with_its_progress_and_is_kept_by_its_published_name(server, data, cache):
    server.answer = whole(data)

    steps = list(download(NAME))

    assert (steps[0].received, steps[-1].received) == (0, len(data))
    assert {step.total for step in steps} == {len(data)}
    assert all(a.received < b.received for a, b in itertools.pairwise(steps))
    assert cache_path(NAME) == cache / "HAT-Net_Tiny.pth"
    assert cache_path(NAME).read_bytes() == data
    assert left_behind(cache) == KEPT
    assert server.asked == [PUBLISHED]


def test_nothing_is_asked_for_a_second_time(server, data):
    server.answer = whole(data)
    list(download(NAME))

    assert list(download(NAME)) == []

    assert server.asked == [PUBLISHED]


def test_a_host_may_send_the_download_on_to_another_address(server, data):
    server.answer = redirecting("/elsewhere", whole(data))

    list(download(NAME))

    assert server.asked == [PUBLISHED, "/elsewhere"]
    assert load(cache_path(NAME)).keys() == state_dict(NAME).keys()


@pytest.mark.parametrize("status", [404, 403, 500])
def test_an_address_without_the_file_is_one_sentence(server, cache, status):
    server.answer = refusing(status)

    sentence = refused(NotThere, cache)

    assert sentence == f"The file is not at {server.address}{PUBLISHED} (HTTP status {status})."


def unreachable():
    why = "no network connection, or the server does not respond"
    return f"{address(NAME)} cannot be reached: {why}."


def test_without_a_network_there_is_one_sentence(monkeypatch, cache):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(module, "BASE", f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert refused(NotReachable, cache) == unreachable()

    monkeypatch.setattr(module, "BASE", "http://nobody.invalid")
    assert refused(NotReachable, cache) == unreachable()


def test_a_server_that_falls_silent_is_given_up(server, cache, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    go_on = threading.Event()
    server.answer = halting(bytes(1000), 0, go_on)

    refused(NotReachable, cache)

    go_on.set()


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (b"<!DOCTYPE html><html>Too many requests</html>", NotWeights),
        (b"", NotWeights),
        (b"PK\x03\x04 and then nothing of a zip", BrokenWeights),
    ],
)
def test_a_file_that_is_no_weight_file_is_refused(server, cache, wrong, kind):
    server.answer = whole(wrong)

    assert refused(kind, cache).startswith("HAT-Net_Tiny.pth: this ")


def test_the_weights_of_another_network_are_refused(server, cache):
    server.answer = whole(saved(state_dict("transcnn_v1_tiny")))

    assert refused(MissingKeys, cache).startswith("HAT-Net_Tiny.pth: missing for hatnet_tiny: ")


@pytest.mark.parametrize("end", [1, 100_000, -1])
def test_a_body_that_ends_early_is_one_sentence_with_how_far_it_came(server, data, cache, end):
    server.answer = cut(data, end)

    sentence = refused(CutOff, cache)

    came = len(data[:end]) / 1e6
    assert f" was lost after {came:.1f} MB, before the download was complete." in sentence


def test_a_body_without_a_length_that_ends_early_is_a_damaged_file(server, data, cache):
    def answer(request):
        request.send_response(200)
        request.end_headers()
        request.wfile.write(data[:-1000])

    server.answer = answer

    assert refused(BrokenWeights, cache).endswith("is damaged or incomplete.")


def test_a_file_that_does_not_end_is_given_up(server, cache, monkeypatch):
    monkeypatch.setenv("TRANSCNN_LIMIT_WEIGHTS_MB", "1")
    server.answer = whole(bytes(2 * 10**6))

    assert "larger than this app downloads (1 MB)" in refused(EndlessFile, cache)


def test_cancelling_in_the_middle_leaves_no_file_behind(server, data, cache):
    go_on = threading.Event()
    server.answer = halting(data, len(data) // 2, go_on)
    steps = download(NAME)
    for step in steps:
        if step.received > len(data) // 4:
            break
    assert len(left_behind(cache)) == 1, "it has a name of its own until it is complete"
    assert not cache_path(NAME).exists()

    steps.close()

    assert left_behind(cache) == []
    go_on.set()


def test_what_a_killed_process_left_is_removed_by_the_next_download(server, data, cache):
    cache.mkdir(parents=True)
    old, young = cache / "HAT-Net_Tiny.pth.a.part", cache / "HAT-Net_Tiny.pth.b.part"
    for path in (old, young):
        path.write_bytes(b"PK")
    os.utime(old, (time.time() - 10**6,) * 2)
    server.answer = whole(data)

    list(download(NAME))

    assert left_behind(cache) == sorted([*KEPT, young.name]), "the other may be under way"


def test_the_sum_of_the_first_download_is_noted(server, data):
    server.answer = whole(data)

    list(download(NAME))

    digest = hashlib.sha256(data).hexdigest()
    assert note_path(NAME).read_text() == f"{digest}  HAT-Net_Tiny.pth\n"
    check_cached(NAME, sha256(cache_path(NAME)))


def test_another_file_at_the_same_address_is_refused_with_both_sums(server, data, cache):
    server.answer = whole(data)
    list(download(NAME))
    cache_path(NAME).unlink()
    other = saved({key: value + 1 for key, value in state_dict(NAME).items()})
    server.answer = whole(other)

    with pytest.raises(ChangedAtSource) as caught:
        list(download(NAME))

    assert left_behind(cache) == ["HAT-Net_Tiny.pth.sha256"]
    for content in (data, other):
        assert hashlib.sha256(content).hexdigest() in str(caught.value)

    note_path(NAME).unlink()  # as the sentence says
    list(download(NAME))
    assert cache_path(NAME).read_bytes() == other


def test_a_file_that_was_changed_in_the_cache_is_not_opened(server, data):
    server.answer = whole(data)
    list(download(NAME))
    cache_path(NAME).write_bytes(saved({k: v + 1 for k, v in state_dict(NAME).items()}))

    with pytest.raises(CheckpointError, match=r"its sha256 is .*, but .* was downloaded"):
        check_cached(NAME, sha256(cache_path(NAME)))


def test_of_a_file_without_a_note_the_sum_is_noted_when_it_is_opened(data, cache):
    cache.mkdir(parents=True)
    cache_path(NAME).write_bytes(data)

    check_cached(NAME, sha256(cache_path(NAME)))

    assert left_behind(cache) == KEPT


def test_a_cache_that_cannot_be_written_is_one_sentence(server, data, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    server.answer = whole(data)

    with pytest.raises(FolderError, match="file"):
        list(download(NAME))
    assert server.asked == []


def test_the_cache_is_in_the_home_folder_unless_the_environment_says_otherwise(monkeypatch, cache):
    assert cache_path("transcnn_v1_large") == cache / "TransCNN-Large.pth"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", os.sep + "nobody")
    expected = os.sep.join(["", "nobody", ".cache", "transcnn", "authors", "TransCNN-Large.pth"])
    assert str(cache_path("transcnn_v1_large")) == expected


def test_every_network_of_the_authors_has_the_address_that_their_readme_names():
    assert [address(name) for name in authors_names()] == [
        *(
            f"https://github.com/yun-liu/TransCNN/releases/download/v1.0/TransCNN-{size}.pth"
            for size in ("Tiny", "Small", "Medium", "Large")
        ),
        *(
            f"https://github.com/yun-liu/HAT-Net/releases/download/v2.0/HAT-Net_{size}.pth"
            for size in ("Tiny", "Small", "Medium", "Large")
        ),
    ]
