"""How much of what comes from outside is read: every limit, and how an operator lowers it.

`TRANSCNN_LIMIT_<NAME>` in the environment lowers one; docs/security.md has the table.
"""

import os
import re
from dataclasses import dataclass, fields
from dataclasses import field as dataclass_field
from typing import Any

from transcnn.errors import ChoiceError

PREFIX = "TRANSCNN_LIMIT_"
MB = 2**20  # bytes, as Streamlit counts them


def _most(value: int, what: str) -> Any:
    return dataclass_field(default=value, metadata={"what": what})


@dataclass(frozen=True)
class Limits:
    """The limits of this process. Sizes are in megabytes (kB where the name says so)."""

    upload_image_mb: int = _most(20, "MB of an image that a visitor uploads")
    image_mb: int = _most(200, "MB of an image file in a folder, an archive or a command")
    megapixels: int = _most(50, "million pixels of an image, from its header")
    upload_weights_mb: int = _most(400, "MB of a weight file that a visitor uploads")
    weights_mb: int = _most(1000, "MB of a weight file in a command, or of a download")
    weights_header_kb: int = _most(1000, "kB of a weight file that are not numbers of tensors")
    classes: int = _most(50_000, "classes of a network in a weight file")
    archive_mb: int = _most(400, "MB of an archive of images that a visitor uploads")
    unpacked_mb: int = _most(2000, "MB of an archive of labelled images, unpacked")
    archive_members: int = _most(20_000, "files and folders in an archive of labelled images")
    class_unpacked_mb: int = _most(1000, "MB of an archive of own classes, unpacked")
    class_members: int = _most(5000, "files and folders in an archive of own classes")
    archive_depth: int = _most(8, "nested folders in an archive")
    archive_ratio: int = _most(100, "times its own size that an archive may take, unpacked")
    upload_runs: int = _most(5, "runs of uploads that one session keeps")
    upload_runs_mb: int = _most(20_000, "MB of disk that the runs of all uploads take")
    upload_runs_address_mb: int = _most(8000, "MB of disk that those from one address take")
    table_mb: int = _most(32, "MB of a table or a JSON file")
    annotations_mb: int = _most(500, "MB of a COCO file in a command")
    visitor_rows: int = _most(20_000, "rows of a visitor's table")
    rows: int = _most(200_000, "rows of a table in a command")
    line_characters: int = _most(20_000, "characters in a line of a table")
    columns: int = _most(100, "columns of a table")
    cell_characters: int = _most(4000, "characters in a cell of a table")
    connections: int = _most(500, "open pages of all visitors of one server")
    connections_per_address: int = _most(200, "open pages of one address")
    uploads_session_mb: int = _most(450, "MB of one session's uploads that no page has taken yet")
    uploads_address_mb: int = _most(900, "MB of such uploads from one address")
    uploads_mb: int = _most(2000, "MB of all such uploads")
    networks_address_mb: int = _most(2000, "MB of networks that visitors of one address brought")
    networks_mb: int = _most(4000, "MB of all such networks")
    tasks_session: int = _most(6, "computations of one open page that wait or are under way")
    tasks_address: int = _most(120, "such computations of one address")
    tasks: int = _most(300, "such computations of all visitors of one server")


def limits() -> Limits:
    """The limits as the environment lowers them.

    Raises ChoiceError for a value in the environment that is no whole number from 1 to the limit.
    """
    lowered = {}
    for one in fields(Limits):
        variable, most = f"{PREFIX}{one.name.upper()}", getattr(Limits, one.name)
        if (text := os.environ.get(variable)) is not None:
            if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= most:
                raise ChoiceError(field=variable, value=text, allowed=f"1 to {most}")
            lowered[one.name] = int(text)
    return Limits(**lowered)


def limits_table() -> list[tuple[str, int, str]]:
    """Variable, value and meaning of each limit, for the documents."""
    return [
        (f"{PREFIX}{one.name.upper()}", getattr(Limits, one.name), one.metadata["what"])
        for one in fields(Limits)
    ]
