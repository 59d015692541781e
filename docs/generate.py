"""The parts of the documents that are generated: `cog` calls these, `make docs` writes them anew.

`make check` fails where a document is not what these make of the code and of the saved outputs.
"""

from collections.abc import Iterator
from pathlib import Path

import click

_SAVED = Path(__file__).with_name("saved")


def command_line() -> str:
    """Every command that is listed, with its own help; those of a group below it."""
    from transcnn.cli.main import app as cli

    return "\n".join(_help(cli, click.Context(cli, info_name="transcnn"), level=2))


def _help(group: click.Group, context: click.Context, level: int) -> Iterator[str]:
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        title = inner.command_path.removeprefix("transcnn ")
        yield f"{'#' * level} {title}\n\n```text\n{command.get_help(inner)}\n```\n"
        if isinstance(command, click.Group):
            yield from _help(command, inner, level + 1)


def detectors() -> str:
    """What `cost --detectors` prints."""
    from click.testing import CliRunner

    from transcnn.cli.cost import cost

    return CliRunner().invoke(cost, ["--detectors"], catch_exceptions=False).output


def saved(name: str) -> str:
    """The output of a command as it was saved in docs/saved."""
    return (_SAVED / f"{name}.md").read_text(encoding="utf-8").strip() + "\n"


def interventions() -> str:
    """The table of interventions: code, name in the app, and what every H-MHSA does."""
    from transcnn.model.interventions import KINDS
    from transcnn.words.translator import translator

    t = translator("en")
    rows = ["| code | in the app | what every H-MHSA does |", "|---|---|---|"]
    rows += [f"| `{k.name}` | {t(f'view.intervention_{k.name}')} | {k.help} |" for k in KINDS]
    return "\n".join(rows) + "\n"


def limits() -> str:
    """The table of limits: variable, value, and what it limits."""
    from transcnn.limits import limits_table

    rows = ["| variable | limit | of what |", "|---|---:|---|"]
    rows += [f"| `{variable}` | {most:,} | {what} |" for variable, most, what in limits_table()]
    return "\n".join(rows) + "\n"


def links() -> str:
    """The parameters of every page's part of the link."""
    import importlib
    import pkgutil

    import transcnn.ui.app.selection
    import transcnn.ui.pages
    from transcnn.ui.app.links import LinkPart, params

    for module in pkgutil.walk_packages(transcnn.ui.pages.__path__, "transcnn.ui.pages."):
        if module.name.endswith((".link", ".role")):
            importlib.import_module(module.name)
    rows = ["| where | parameter | default | earlier names |", "|---|---|---|---|"]
    for kind in sorted(LinkPart.__subclasses__(), key=lambda kind: kind.__module__):
        place = kind.__module__.removeprefix("transcnn.ui.").split(".")
        where = place[1] if place[0] == "pages" else "all pages of an image"
        for one in params(kind).values():
            default = "" if one.default in (None, False) else f"`{one.text.write(one.default)}`"
            old = ", ".join(f"`{name}`" for name in one.old)
            rows.append(
                f"| {where} | `{one.name}` | {'' if default == '``' else default} | {old} |"
            )
    return "\n".join(rows) + "\n"
