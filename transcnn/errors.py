"""Every error that a person may see, as one sentence.

    TransCNNError
    ├── ChoiceError         a value outside what is allowed (config, command line, link)
    ├── PictureError
    │   ├── NotAPicture      the bytes are no picture of an accepted format
    │   ├── BrokenPicture    the right format, but it ends early or is damaged
    │   ├── TooManyPixels    refused from the header, before decoding
    │   └── FileTooLarge     refused before it is opened
    ├── CheckpointError     a weight file that does not fit, or is not what it says
    │   ├── WeightsTooLarge  refused before it is read
    │   ├── UnknownEnding    named like no weight file that can be read
    │   ├── NotWeights       not what its name says
    │   ├── BrokenWeights    the right format, but it ends early or is damaged
    │   ├── HoldsCode        more than tensors: reading it could run code
    │   ├── NamelessTensors  tensors, but not by name
    │   ├── UnknownNetwork   keys that resemble no network that is known
    │   ├── MissingKeys      less than the network needs
    │   ├── ForeignKeys      more than the network has
    │   ├── OtherShapes      the right keys, other shapes
    │   ├── NoNumbers        a key whose value cannot be computed with
    │   └── NoAnswer         weights with which the network answers no number
    ├── DownloadError       a published file that could not be fetched
    │   ├── NotThere         the address has no such file
    │   ├── NotReachable     there is no way to the address
    │   ├── CutOff           the file ended early
    │   └── EndlessFile      it does not end where a weight file would
    ├── FolderError         a folder of pictures that cannot be used as asked
    │   └── UnknownLabel     pictures under a name that is no class
    ├── ArchiveError        an archive of pictures that is not unpacked
    │   ├── NotAnArchive     not of an accepted format
    │   ├── BrokenArchive    the right format, but damaged, locked or cut off
    │   ├── ArchiveTooLarge  more bytes than may be unpacked
    │   ├── TooManyMembers   more files than may be unpacked
    │   ├── MemberOutside    a member that would leave the folder
    │   ├── MemberTooDeep    folders in folders without end
    │   └── MemberNoFile     a link or a device
    ├── RunError            a stored run that cannot be used as asked
    │   ├── NoRun            there is none of that name
    │   ├── OtherRun         it was begun with other pictures or settings
    │   └── NotARun          the file is no run of ours
    └── ClassError          a class that nobody can enter
        ├── NoClass          no such code or key, or the class is over
        ├── TooManyCodes     so many wrong codes were tried that all must wait
        ├── ClassFull        no seat is left
        └── TooManyClasses   the server has no room for another one

Each class holds one sentence with named gaps; an error carries the values for the gaps. The
command line prints `str(error)`; the app looks the class name up in its catalogue of strings and
fills the same gaps, so nothing is parsed out of English text.
"""

from typing import Any, ClassVar


class Cancelled(Exception):
    """Raised by a progress callback when the result is no longer wanted."""


class TransCNNError(Exception):
    """Base of all errors of ours: a sentence with named gaps, and what fills them."""

    sentence: ClassVar[str] = "{reason}"

    def __init__(self, **details: Any) -> None:
        super().__init__(self.sentence.format(**details))
        self.details = details


class ChoiceError(TransCNNError, ValueError):
    """A value that is not among the allowed ones. Details: field, value, allowed."""

    sentence = "{field} is {value!r}; allowed: {allowed}."


class PictureError(TransCNNError, ValueError):
    """A picture that cannot be used; see the subclasses."""


class NotAPicture(PictureError):
    """No decoder of an accepted format knows these bytes. Details: formats."""

    sentence = "This is not a picture that can be read; {formats} work."


class BrokenPicture(PictureError):
    """The header is right, the rest is not. Details: format."""

    sentence = "This {format} picture is damaged or ends too early."


class TooManyPixels(PictureError):
    """Refused before decoding. Details: limit (million pixels)."""

    sentence = "This picture has more than {limit} million pixels; a smaller copy works."


class FileTooLarge(PictureError):
    """Refused unopened. Details: limit (megabytes)."""

    sentence = "This file has more than {limit} MB."


class CheckpointError(TransCNNError):
    """A weight file that cannot be used. Details: file, reason."""

    sentence = "{file}: {reason}."


class WeightsTooLarge(CheckpointError):
    """Refused unread. Details: file, limit (megabytes)."""

    sentence = "{file}: this weight file has more than {limit} MB."


class UnknownEnding(CheckpointError):
    """A name that no weight file has. Details: file, endings."""

    sentence = "{file}: only {endings} can be read."


class NotWeights(CheckpointError):
    """The first bytes are not those of the format. Details: file, format."""

    sentence = "{file}: this is no {format} weight file."


class BrokenWeights(CheckpointError):
    """It begins like a weight file and does not go on like one. Details: file, format."""

    sentence = "{file}: this {format} weight file is damaged or ends too early."


class HoldsCode(CheckpointError):
    """Refused unread. Details: file."""

    sentence = (
        "{file}: it holds more than tensors, and is refused because reading that can run code."
    )


class NamelessTensors(CheckpointError):
    """A list, a single tensor, or something else. Details: file."""

    sentence = "{file}: it does not hold tensors by name."


class UnknownNetwork(CheckpointError):
    """No variant has keys like these. Details: file, keys (some of them)."""

    sentence = "{file}: no network that is known here has keys like {keys}."


class MissingKeys(CheckpointError):
    """Details: file, model, count, of (how many it needs), keys (some of them)."""

    sentence = "{file}: missing for {model}: {keys} ({count} of its {of} keys)."


class ForeignKeys(CheckpointError):
    """Details: file, model, count, keys (some of them)."""

    sentence = "{file}: not part of {model}: {keys} ({count} in all)."


class OtherShapes(CheckpointError):
    """Details: file, model, count, of (how many it has), key (one of them), given, wanted."""

    sentence = (
        "{file}: other shapes than those of {model}: {key} has {given} and needs {wanted} "
        "({count} of {of} keys)."
    )


class NoNumbers(CheckpointError):
    """No tensor of finite numbers that are all in the file. Details: file, key."""

    sentence = "{file}: the key {key} holds no tensor of finite numbers."


class NoAnswer(CheckpointError):
    """Every value is finite, but what comes out is not. Details: file, model."""

    sentence = "{file}: with these weights {model} answers a gray picture with no number."


class DownloadError(TransCNNError):
    """A published file that could not be fetched; see the subclasses."""


class NotThere(DownloadError):
    """The server answered, but not with a file. Details: address, status (of HTTP)."""

    sentence = "The file is not at {address} (the answer was {status})."


class NotReachable(DownloadError):
    """No answer at all. Details: address."""

    sentence = "There is no way to {address} from here."


class CutOff(DownloadError):
    """The connection ended before the file did. Details: address, received (megabytes)."""

    sentence = "The connection to {address} ended after {received} MB, before the file did."


class EndlessFile(DownloadError):
    """Given up. Details: address, limit (megabytes)."""

    sentence = "What {address} sends is larger than any weight file of the authors, {limit} MB."


class FolderError(TransCNNError):
    """A folder that cannot be used. Details: folder, reason."""

    sentence = "{folder}: {reason}."


class UnknownLabel(FolderError):
    """A sub-folder or line of a table that names no class. Details: folder, label, nearest."""

    sentence = "{folder}: {label!r} is no WNID, index or name of a class; nearest: {nearest}."


class ArchiveError(TransCNNError):
    """An archive that is not unpacked; see the subclasses."""


class NotAnArchive(ArchiveError):
    """Details: file, formats."""

    sentence = "{file}: this is no archive that can be read; {formats} work."


class BrokenArchive(ArchiveError):
    """Details: file."""

    sentence = "{file}: this archive is damaged, locked with a password, or ends too early."


class ArchiveTooLarge(ArchiveError):
    """Its members take more room than they may, as they say or as they turn out. Details: file,
    limit (megabytes)."""

    sentence = "{file}: unpacked it has more than {limit} MB; a smaller one works."


class TooManyMembers(ArchiveError):
    """Details: file, limit."""

    sentence = "{file}: it has more than {limit} files and folders; a smaller one works."


class MemberOutside(ArchiveError):
    """A path that is absolute or climbs up. Details: file, member."""

    sentence = "{file}: its member {member!r} would lie outside of the archive's own folder."


class MemberTooDeep(ArchiveError):
    """Details: file, member, limit."""

    sentence = "{file}: its member {member!r} lies deeper than {limit} folders."


class MemberNoFile(ArchiveError):
    """Details: file, member."""

    sentence = "{file}: its member {member!r} is a link or a device; only files and folders work."


class RunError(TransCNNError):
    """A stored run that cannot be used; see the subclasses."""


class NoRun(RunError):
    """Details: run, known."""

    sentence = "There is no run {run!r}; known: {known}."


class OtherRun(RunError):
    """Details: run, what (the settings that differ)."""

    sentence = "The run {run!r} was begun with other {what}; another name begins a new one."


class NotARun(RunError):
    """Details: file."""

    sentence = "{file}: this is no run of ours."


class ClassError(TransCNNError):
    """A class that cannot be entered; see the subclasses."""


class NoClass(ClassError):
    """Wrong, mistyped, ended or expired: which of them is not told. Details: code."""

    sentence = (
        "No class is open under {code}: check the six digits; a class also closes when its teacher "
        "ends it, or after 24 hours."
    )


class TooManyCodes(ClassError):
    """Nobody can join for a while. Details: seconds."""

    sentence = "Too many wrong codes were tried; joining works again in {seconds} seconds."


class ClassFull(ClassError):
    """Details: limit."""

    sentence = "This class has all of its {limit} seats taken."


class TooManyClasses(ClassError):
    """Details: limit."""

    sentence = "This server holds {limit} classes already; one of them has to end first."
