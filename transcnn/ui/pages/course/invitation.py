"""How other devices get to the class that the teacher's page shows."""

import ipaddress
from urllib.parse import urlsplit

import streamlit as st

from transcnn.course.classroom.invitation import join_link, qr_svg, teacher_link
from transcnn.ui.components.copy_link import copy_link
from transcnn.words.translator import Translator


def show_invitation(t: Translator, code: str, nobody_came: bool) -> None:
    """Draw the address of the class and its QR code, open as long as nobody came; or say that no
    other device can come.
    """
    site = site_for_others()
    if site is None:
        st.info(t("classroom.only_here"), icon=":material/computer:")
        return
    link = join_link(site, code)
    with (
        st.expander(t("classroom.invite"), expanded=nobody_came, icon=":material/qr_code_2:"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        st.image(qr_svg(link), width=220)
        with st.container(width="stretch"):
            st.markdown(t("classroom.scan"))
            st.markdown(f"#### {link.partition('://')[2]}")
            st.caption(t("classroom.open_to_network"))


def offer_teacher_link(t: Translator, code: str, key: str) -> None:
    """Draw how the teacher's view is opened on another computer, where one can come."""
    site = site_for_others()
    if site is None:
        return
    with st.popover(t("classroom.other_computer")):
        st.markdown(t("classroom.other_computer_says"))
        copy_link(
            {
                "copy": t("classroom.copy_teacher_link"),
                "copied": t("downloads.copied"),
                "by_hand": t("downloads.by_hand"),
            },
            address=teacher_link(site, code, key),
            key="class_teacher_link",
        )


def site_for_others() -> str | None:
    """Where other devices find the app: where the teacher found it, or where it says that it is
    served; None while it listens to this computer alone.
    """
    here = urlsplit(st.context.url or "")
    base = here.path.rpartition("/")[0]
    if here.hostname and not _is_loopback(here.hostname):
        return f"{here.scheme}://{here.netloc}{base}"
    named = str(st.get_option("browser.serverAddress") or "")
    listens = str(st.get_option("server.address") or "0.0.0.0")
    if _is_loopback(listens) or not named or _is_loopback(named):
        return None
    return f"http://{named}:{st.get_option('browser.serverPort')}{base}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
