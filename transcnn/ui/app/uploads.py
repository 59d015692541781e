"""Files from a field that is empty again afterwards."""

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from transcnn.words.visible import shorten, visible

_LONGEST = 200  # characters of a name, more than most systems allow


def shown_name(name: str) -> str:
    """A visitor's file name as pages, figures and reports show it."""
    return shorten(visible(name), _LONGEST)


def take_files(key: str) -> list[tuple[str, bytes]]:
    """Names and bytes of the files in the field `key`; for its callback.

    The server would keep them until the session ends, though the field is gone: they are released.
    """
    given = st.session_state[key]
    if given is None:
        return []
    files = given if isinstance(given, list) else [given]
    taken = [(shown_name(file.name), file.getvalue()) for file in files]
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    return taken
