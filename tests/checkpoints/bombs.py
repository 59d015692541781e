"""Weight files that claim far more than they hold."""

import io
import json
import pickle
import struct
import warnings
import zipfile

import torch

from tests.checkpoints.pth import saved

SMALL = {"a.weight": torch.arange(12.0).reshape(3, 4), "b": torch.arange(5)}
ZEROS = 500 * 10**6  # bytes that a bomb unpacks to, more than any test may take
CALL = b"\x80\x02}X\x05\0\0\0modelcbuiltins\nbytearray\nJ%s\x85Rs."


def packed(member, kind=zipfile.ZIP_DEFLATED):
    """A .pth file whose `member` ends in zeros that compression hides."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(SMALL))) as honest,
        zipfile.ZipFile(file, "w", kind, compresslevel=1) as bomb,
    ):
        for one in honest.infolist():
            with bomb.open(one.filename, "w") as target:
                target.write(honest.read(one))
                if one.filename.endswith(member):
                    for _ in range(ZEROS // 10**7):
                        target.write(bytes(10**7))
    return file.getvalue()


def called(legacy):
    """A pickle that asks for a bytearray of so many zeros, in either format."""
    pickled = CALL % struct.pack("<i", ZEROS)
    if legacy:
        begin = b"".join(pickle.dumps(one, 2) for one in (0x1950A86A20F9469CFC6C, 1001, {}))
        return begin + pickled + pickle.dumps([], 2)
    return exchanged("data.pkl", pickled)


def exchanged(member, content, kind=zipfile.ZIP_STORED):
    """A .pth file with other bytes in the place of a member."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(SMALL))) as honest,
        zipfile.ZipFile(file, "w", kind) as other,
    ):
        for one in honest.infolist():
            other.writestr(
                one.filename, content if one.filename.endswith(member) else honest.read(one)
            )
    return file.getvalue()


def overlapping():
    """A .pth file of 20 MB whose directory names the same bytes a hundred times."""
    names, file = [f"archive/data/{i}" for i in range(2, 102)], io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        with zipfile.ZipFile(io.BytesIO(saved(SMALL))) as honest:
            for one in honest.infolist():
                archive.writestr(one.filename, honest.read(one))
        archive.writestr(names[0], bytes(20 * 10**6))
        first = archive.getinfo(names[0])
        for name in names[1:]:
            again = zipfile.ZipInfo(name)
            for field in ("header_offset", "file_size", "compress_size", "CRC"):
                setattr(again, field, getattr(first, field))
            archive.filelist.append(again)
    return file.getvalue()


def second_directory():
    """A .pth file with one directory for torch and, before the end record, another for Python."""
    data = exchanged("data.pkl", CALL % struct.pack("<i", ZEROS))
    honest = saved(SMALL)
    at = honest.rindex(b"PK\5\6")
    length = int.from_bytes(honest[at + 12 : at + 16], "little")
    start = int.from_bytes(honest[at + 16 : at + 20], "little")
    return data + honest[start : start + length] + data[data.rindex(b"PK\5\6") :]


def long_pickle(legacy):
    """A file whose pickle is 50 MB of text."""
    text = b"\x80\x02}X" + struct.pack("<I", 50 * 10**6) + b"a" * (50 * 10**6) + b"K\1s."
    if legacy:
        begin = b"".join(pickle.dumps(one, 2) for one in (0x1950A86A20F9469CFC6C, 1001, {}))
        return begin + text + pickle.dumps([], 2)
    return exchanged("data.pkl", text)


def safetensors_with(header, data=b""):
    """A safetensors file with this header, written as it is."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def many_classes(count):
    """A safetensors file without a classifier that says it has so many classes."""
    described = {"model": "transcnn_nano", "classes": ["a"] * count}
    return safetensors_with({"__metadata__": {"transcnn": json.dumps(described)}})


def described(**given):
    """A safetensors file whose network has such an input."""
    given = {"size": 224, "mean": [0, 0, 0], "scale": [1, 1, 1]} | given
    said = json.dumps({"model": "transcnn_nano", "input": given})
    return safetensors_with({"__metadata__": {"transcnn": said}})


def nested():
    """A .pth file of a tensor that has no shape."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls them a prototype
        rows = torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])
    return saved({"head.weight": rows})


BOMBS = {
    "compressed numbers": ("a.pth", lambda: packed("data/0")),
    "compressed pickle": ("a.pth", lambda: packed("data.pkl")),
    "compressed with bzip2": ("a.pt", lambda: exchanged("data/0", bytes(10**7), zipfile.ZIP_BZIP2)),
    "a call in the pickle": ("a.pth", lambda: called(legacy=False)),
    "a call in an old pickle": ("a.pth.tar", lambda: called(legacy=True)),
    "a long pickle": ("a.pth", lambda: long_pickle(legacy=False)),
    "a long old pickle": ("a.pth", lambda: long_pickle(legacy=True)),
    "members that overlap": ("a.pth", overlapping),
    "two directories": ("a.pth", second_directory),
    "a long header": (
        "a.safetensors",
        lambda: safetensors_with(b"{" + b" " * (90 * 10**6) + b"}"),
    ),
    "a header that is not there": (
        "a.safetensors",
        lambda: struct.pack("<Q", 2**40) + b"{}",
    ),
    "a tensor that is not there": (
        "a.safetensors",
        lambda: safetensors_with(
            {"a": {"dtype": "F32", "shape": [2**31], "data_offsets": [0, 2**33]}}
        ),
    ),
    "a classifier of nothing for a billion classes": (
        "a.safetensors",
        lambda: safetensors_with(
            {"head.weight": {"dtype": "F32", "shape": [10**9, 0], "data_offsets": [0, 0]}}
        ),
    ),
    "names of many classes": ("a.safetensors", lambda: many_classes(150_000)),
    "a classifier of bytes for many classes": (
        "a.safetensors",
        lambda: safetensors_with(
            {
                "head.weight": {
                    "dtype": "I8",
                    "shape": [200_000, 256],
                    "data_offsets": [0, 51_200_000],
                }
            },
            bytes(51_200_000),
        ),
    ),
    "nested tensors": ("a.pth", nested),
    "a mean beyond all numbers": ("a.safetensors", lambda: described(mean=[10**400, 0, 0])),
    "a scale of nothing": ("a.safetensors", lambda: described(scale=[5e-324, 1, 1])),
    "expanded tensors": (
        "a.pth",
        lambda: saved({"head.weight": torch.zeros(1).expand(10**6, 1000)}),
    ),
}
