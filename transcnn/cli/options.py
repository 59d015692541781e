"""Options that several commands share, and JSON as it is printed."""

import json
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)

model = click.option("--model", default="transcnn_lite0", show_default=True, help="See `models`.")
weights = click.option(
    "--weights", type=FILE, help="A weight file of ours; without it, the shipped weights."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON (keys in the README).")


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=1))
