"""Archives byte by byte: honest ones, hostile ones, damaged ones."""

import io
import stat
import tarfile
import zipfile

import numpy as np

FILES = {
    "zebra/a.jpg": b"\xff\xd8 a picture " * 50,
    "zebra/sub/b.jpg": b"another " * 300,
    "lion/c.jpg": bytes(range(256)) * 20,
}


def zip_of(members, compression=zipfile.ZIP_DEFLATED, modes=None):
    """A zip of {name: bytes}; a name that ends in "/" is a folder. `modes` are those of Unix."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            info.external_attr = (modes or {}).get(name, 0) << 16
            archive.writestr(info, content)
    return file.getvalue()


def tar_of(members, kind="", **settings):
    """A tar of {name: bytes}, or of {name: TarInfo} for what is no file; `kind` may be "gz"."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{kind}", **settings) as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def tar_gz_of(members):
    return tar_of(members, "gz")


PACKERS = {"zip": zip_of, "tar": tar_of, "tar.gz": tar_gz_of}


def special(kind, target=""):
    """A tar member that is no file: a link, a device, a pipe."""
    info = tarfile.TarInfo()
    info.type, info.linkname, info.devmajor, info.devminor = kind, target, 1, 3
    return info


def symlink_in_zip(name, target):
    return zip_of({name: target.encode()}, modes={name: stat.S_IFLNK | 0o777})


def locked_zip():
    """One member with the flag of a password; the standard library cannot write such."""
    data = bytearray(zip_of({"zebra/a.jpg": b"secret" * 10}, zipfile.ZIP_STORED))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    return bytes(data)


def lying_zip(content, claimed):
    """A zip whose headers say `claimed` bytes for a member of other `content`."""
    data = bytearray(zip_of({"zebra/a.jpg": content}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + place
        data[at : at + 4] = claimed.to_bytes(4, "little")
    return bytes(data)


_WHOLE = [
    zip_of(FILES),
    zip_of(FILES, zipfile.ZIP_STORED),
    zip_of(FILES, zipfile.ZIP_BZIP2),
    zip_of(FILES, zipfile.ZIP_LZMA),
    tar_of(FILES),
    tar_of(FILES, "gz"),
    tar_of(FILES, "xz"),
    tar_of(FILES, "bz2"),
    tar_of({**FILES, "long/" + "n" * 150 + ".jpg": b"x"}, format=tarfile.GNU_FORMAT),
    tar_of({**FILES, "long/" + "ü" * 150 + ".jpg": b"x"}, format=tarfile.PAX_FORMAT),
    tar_of({**FILES, "zebra/pipe": special(tarfile.FIFOTYPE)}),
]


def damaged(number):
    """The archive `number`: a whole one after one to three kinds of damage."""
    chance = np.random.default_rng([15, number])
    data = bytearray(_WHOLE[number % len(_WHOLE)])
    for _ in range(chance.integers(1, 4)):
        if len(data) < 40:
            break
        match chance.integers(5):
            case 0:
                for place in chance.integers(0, len(data), chance.integers(1, 9)):
                    data[place] ^= 1 << chance.integers(8)
            case 1:
                del data[chance.integers(1, len(data)) :]
            case 2:
                data += chance.bytes(int(chance.integers(1, 2000)))
            case 3:  # a length or an offset, mostly in the directory at the end
                odd = (0, 1, 255, 65535, 2**31 - 1, 2**32 - 1)[chance.integers(6)]
                size = (2, 4)[chance.integers(2)]
                low = 0 if chance.random() < 0.5 else max(0, len(data) - 250)
                at = int(chance.integers(low, len(data)))
                data[at : at + size] = (odd % 256**size).to_bytes(size, "little")
            case _:
                start, end = np.sort(chance.integers(0, len(data), 2))
                data[start:end] = chance.bytes(int(min(end - start, 600)))
    return bytes(data)
