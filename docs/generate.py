"""The parts of the documents that are generated: `cog` calls these, `make docs` writes them anew.

`make check` fails where a document is not what these make of the code and of the saved outputs.
"""

from pathlib import Path

import click

_SAVED = Path(__file__).with_name("saved")


def command_line() -> str:
    """Every command that is listed, with its own help."""
    from transcnn.cli.main import app as cli

    root = click.Context(cli, info_name="transcnn")
    parts = []
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        if command is None or command.hidden:
            continue
        help_text = command.get_help(click.Context(command, info_name=name, parent=root))
        parts.append(f"## {name}\n\n```text\n{help_text}\n```\n")
    return "\n".join(parts)


def saved(name: str) -> str:
    """The output of a command as it was saved in docs/saved."""
    return (_SAVED / f"{name}.md").read_text(encoding="utf-8").strip() + "\n"
