"""How a class is joined from another device: its address with the code in it, also as a QR code."""

import io
from urllib.parse import urlencode

import segno

_BORDER = 4  # modules of white around the code, as the standard asks


def join_link(site: str, code: str) -> str:
    """The address of the form to join the class `code`; `site` is where the app is served."""
    return f"{site.rstrip('/')}/course?{urlencode({'class': code})}"


def teacher_link(site: str, code: str, key: str) -> str:
    """The address of the teacher's view of a class, with the teacher's `key` in its fragment, which
    is sent to no server and stands in no log.
    """
    return f"{site.rstrip('/')}/course?{urlencode({'view': 'teacher', 'class': code})}#key={key}"


def qr_svg(link: str) -> str:
    """The QR code of a link as SVG, black on white in every theme."""
    file = io.BytesIO()
    segno.make(link, micro=False).save(
        file, kind="svg", scale=8, border=_BORDER, light="white", xmldecl=False
    )
    return file.getvalue().decode("utf-8")


def qr_text(link: str) -> str:
    """The QR code of a link in characters, for a terminal."""
    file = io.StringIO()
    segno.make(link, micro=False).terminal(file, border=_BORDER, compact=True)
    return file.getvalue()
