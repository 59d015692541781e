"""Where the file of a page is, for links to it: its name is the page's address."""

from transcnn.assets import APP


def page_file(name: str) -> str:
    """The file of the page `name`, as Streamlit's links want it."""
    return str(APP / "pages" / f"{name}.py")
