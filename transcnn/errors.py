"""Every error that a person may see, as one sentence.

    TransCNNError
    ├── ChoiceError         a value outside what is allowed (config, command line, link)
    ├── PictureError
    │   ├── NotAPicture     the bytes are no picture of an accepted format
    │   ├── BrokenPicture   the right format, but it ends early or is damaged
    │   ├── TooManyPixels   refused from the header, before decoding
    │   └── FileTooLarge    refused before it is opened
    ├── CheckpointError     a weight file that does not fit, or is not what it says
    └── FolderError         a folder of pictures that cannot be used as asked

Each class holds one sentence with named gaps; an error carries the values for the gaps. The
command line prints `str(error)`; the app looks the class name up in its catalogue of strings and
fills the same gaps, so nothing is parsed out of English text.
"""

from typing import Any, ClassVar


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


class FolderError(TransCNNError):
    """A folder that cannot be used. Details: folder, reason."""

    sentence = "{folder}: {reason}."
