"""The shipped weight files, each with its digest, origin, licence and measured scores.

The entries are in `assets/weights/catalogue.toml`, beside the files. No torch here: the app
lists them before torch is loaded.
"""

import functools
import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from transcnn import assets
from transcnn.errors import CheckpointError, ChoiceError, MissingSnapshots

_WEIGHTS = assets.FOLDER / "weights"


def sha256(path: Path) -> str:
    """Digest of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def means_path(weights: Path) -> Path:
    """The path of the averages of a weight file, see `means.py`."""
    return weights.with_suffix(".means.safetensors")


@dataclass(frozen=True)
class Shipped:
    """A weight file that comes with the package."""

    name: str
    path: Path
    sha256: str
    means_sha256: str  # of the averages beside the weights, see `means.py`
    card: Path  # the model card, Markdown
    parameters: int
    licence: str
    origin: str
    scores: dict[str, float]  # as fractions of 1; the card has the commands
    snapshots: dict[str, str]  # of the whole network, sha256 by training progress

    @property
    def shares(self) -> tuple[str, ...]:
        """The training progress of the snapshots, such as "0.089"; none where they are not
        installed."""
        return tuple(self.snapshots) if assets.snapshots() else ()


@functools.cache
def _catalogue() -> dict[str, Shipped]:
    table = tomllib.loads((_WEIGHTS / "catalogue.toml").read_text(encoding="utf-8"))
    return {
        name: Shipped(
            name,
            _WEIGHTS / entry["file"],
            entry["sha256"],
            entry["means_sha256"],
            _WEIGHTS / entry["card"],
            entry["parameters"],
            entry["licence"],
            entry["origin"],
            entry["scores"],
            entry.get("snapshots", {}),
        )
        for name, entry in table.items()
    }


def shipped_names() -> list[str]:
    """The variants that have shipped weights."""
    return list(_catalogue())


def shipped(name: str) -> Shipped:
    """The shipped weights of the variant `name`; ChoiceError if none ship."""
    if name not in _catalogue():
        raise ChoiceError(
            field="classifier with shipped weights", value=name, allowed=", ".join(_catalogue())
        )
    return _catalogue()[name]


TRAINED = "1.000"
"""The training progress of the shipped weights."""


def split_snapshot(model: str) -> tuple[str, str]:
    """The network's name and its training progress: of "transcnn_nano@0.089", or of the name alone
    for the network as it ships."""
    name, _, share = model.partition("@")
    return name, share or TRAINED


def is_shipped(model: str) -> bool:
    """Whether `model`, a name or that of a snapshot, is there without anybody's weight file."""
    name, share = split_snapshot(model)
    return name in shipped_names() and share in (*shipped(name).shares, TRAINED)


def check_snapshot(name: str, share: str) -> Path:
    """The snapshot of `name` after a share of its training.

    Raises ChoiceError if there is none, MissingSnapshots if they are not installed, CheckpointError
    if it was changed.
    """
    known = shipped(name).snapshots
    if share not in known:
        allowed = ", ".join(f"{name}@{one}" for one in known) or name
        raise ChoiceError(field="model", value=f"{name}@{share}", allowed=allowed)
    folder = assets.snapshots()
    if folder is None:
        raise MissingSnapshots(model=name)
    path = folder / name / f"{share}.safetensors"
    check_digest(path, known[share])
    return path


def check_shipped(name: str) -> str:
    """The digest of the shipped weights of `name`; CheckpointError if they, or the averages beside
    them, were changed."""
    entry = shipped(name)
    check_digest(means_path(entry.path), entry.means_sha256)
    return check_digest(entry.path, entry.sha256)


def check_digest(path: Path, wanted: str) -> str:
    """The digest of a file; CheckpointError where it is not the one `wanted`."""
    if not path.is_file():
        raise CheckpointError(file=path, reason="there is no such file")
    digest = sha256(path)
    if digest != wanted:
        reason = f"its sha256 is {digest[:12]}..., but {wanted[:12]}... was shipped"
        raise CheckpointError(file=path, reason=reason)
    return digest
