"""Which keys of the catalogue the code says: found in its syntax tree, not by running it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import transcnn

PACKAGE = Path(transcnn.__file__).parent
PYTHON = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
BROWSER = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*"))
    if path.suffix in (".js", ".mjs", ".html")
)

TEMPLATES = [  # keys as regular expressions; "stem_" ~ name is put together
    re.escape(key) + (r"\w+" if joined else "")
    for key, joined in re.findall(r"""\bt\(["'](\w+\.\w+)["'](\s*~)?""", BROWSER)
]


@dataclass(frozen=True)
class Call:
    """A translator's call: a regular expression of its keys, and the placeholders that it fills;
    None where they are not written out."""

    key: str
    fills: frozenset[str] | None


def _pattern(node: ast.expr) -> str | None:
    """What a string in the code can be, as a regular expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+"
            for part in node.values
        )
    return None


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _alternatives(node.body)
        yield from _alternatives(node.orelse)
    else:
        yield node


def _is_translator(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("t", "translator")


def calls() -> list[Call]:
    """All calls `t("table.name", ...)`, those of templates without what they fill."""
    found = [Call(key, None) for key in TEMPLATES]
    for tree in PYTHON:
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and _is_translator(node.func) and node.args):
                continue
            names = [keyword.arg for keyword in node.keywords]
            fills = None if None in names else frozenset(filter(None, names))
            for key in map(_pattern, _alternatives(node.args[0])):
                if key is not None and r"\." in key:
                    found.append(Call(key, fills))
    return found


def strings() -> set[str]:
    """All strings in Python code, docstrings among them."""
    return {
        node.value
        for tree in PYTHON
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def composed() -> set[str]:
    """Keys that are put together, as regular expressions: f-strings that begin with a table, and
    all that templates say."""
    found = set(TEMPLATES)
    for tree in PYTHON:
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                pattern = _pattern(node)
                if pattern and re.match(r"[a-z_]+\\\.", pattern):
                    found.add(pattern)
            elif isinstance(node, ast.Call) and _is_translator(node.func) and node.args:
                bare = _pattern(node.args[0])  # of a translator of one table
                if bare and "." not in bare and bare != r"\w+":
                    found.add(rf"\w+\.{bare}")
    return found


def browser_tables() -> set[str]:
    """The tables that Python hands to the browser: `t.table("name")`, and those of views."""
    return {"view", "tokens", "occlusion", "overview"} | {
        node.args[0].value
        for tree in PYTHON
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "table"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def said_in_browser(name: str) -> bool:
    """Whether the browser's code or a template says `name`, whole or put together."""
    if re.search(rf'["`.]{name}["`;:),\s\]]|[{{,]\s*{name}\s*[,}}]', BROWSER):
        return True
    templates = re.findall(r"`(\w*(?:\$\{[^}`]*\}\w*)+)`", BROWSER)
    patterns = (re.sub(r"\$\{[^}]*\}", r"\\w+", template) for template in templates)
    return any(len(p) > 3 and re.fullmatch(p, name) for p in patterns)
