"""What came of learning: how well it does on held-out images, and the ways to go on."""

from functools import partial

import streamlit as st

from transcnn.reports.sentences import held_out_says
from transcnn.ui.app.images import ChosenImage
from transcnn.ui.app.page_files import page_file
from transcnn.ui.app.session import Session
from transcnn.ui.components.pick_table import pick_table
from transcnn.ui.pages.own_classes.collection import OwnImage
from transcnn.ui.pages.own_classes.data import OwnClasses
from transcnn.ui.pages.own_classes.learning import FILE, Learned
from transcnn.words.translator import Translator, plain

_MATRIX = "own_matrix"
_WORST, _SHOWN = 3, 12


def show(state: Session, t: Translator, own: OwnClasses, learned: Learned) -> None:
    """Draw the section."""
    st.subheader(t("own_classes.result_title"))
    names = ", ".join(learned.names)
    st.markdown(t("own_classes.learned", base=learned.base, names=plain(names)))
    says, *more = held_out_says(learned.measured, t)
    st.markdown(f"**{plain(says)}**")
    st.caption(plain(" ".join([*more, t("own_classes.others")])))
    with st.container(horizontal=True):
        if st.button(
            t("own_classes.look"), type="primary", icon=":material/search:", key="own_look"
        ):
            _look_inside(state, t, learned, learned.images[0])
        st.download_button(
            t("own_classes.download", size=f"{len(learned.model.data or b'') / 1e6:.1f}"),
            data=learned.model.data or b"",
            file_name=FILE,
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            key="own_download",
        )
    st.caption(t("own_classes.kept"))
    _matrix(t, own, learned)
    if own.pair is None:
        st.markdown(f"**{t('own_classes.worst')}**")
        _show_images(state, t, own, learned, learned.held_out.worst(_WORST))
    else:
        true, predicted = own.pair
        found = learned.held_out
        of_pair = ((found.labels == true) & (found.predicted == predicted)).nonzero()[0]
        says = t(
            "own_classes.cell",
            name=plain(learned.names[true]),
            predicted=plain(learned.names[predicted]),
            count=len(of_pair),
        )
        st.markdown(f"**{says}**")
        if len(of_pair) > _SHOWN:
            st.caption(t("own_classes.first_shown", count=_SHOWN))
        _show_images(state, t, own, learned, [int(i) for i in of_pair[:_SHOWN]])

        def back() -> None:
            own.pair = None

        st.button(t("own_classes.back_to_worst"), key="own_back", on_click=back)
    with st.expander(t("own_classes.commands_title"), icon=":material/terminal:"):
        st.markdown(t("own_classes.commands_says"))
        st.code(
            f"python -m transcnn train finetune --data DIR --model {learned.base} --what head\n"
            f"python -m transcnn predict --weights {FILE} IMAGE",
            language=None,
        )


def _matrix(t: Translator, own: OwnClasses, learned: Learned) -> None:
    """The confusion matrix; a count leads to its images."""
    counts, names = learned.held_out.confusion(), learned.names
    rows = []
    for true, name in enumerate(names):
        cells: list[dict[str, object]] = [{"text": name}]
        for predicted, other in enumerate(names):
            count = int(counts[true, predicted])
            says = t("own_classes.cell", name=name, predicted=other, count=count)
            cell = {
                "text": str(count),
                "pick": f"{true} {predicted}",
                "says": says,
                "share": count / max(1, int(counts[true].sum())),
                "wrong": true != predicted,
            }
            cells.append(cell if count else {"text": ""})
        rows.append(cells)

    def pick() -> None:
        text = st.session_state[_MATRIX]["picked"]
        if text is not None:  # a trigger is None again in the run after its own
            true, predicted = map(int, text.split())
            own.pair = (true, predicted)

    st.markdown(f"**{t('own_classes.matrix')}**")
    st.caption(t("own_classes.matrix_says"))
    data = {
        "label": t("own_classes.matrix"),
        "head": ["", *names],
        "rows": rows,
        "matrix": True,
    }
    pick_table(_MATRIX, data, on_pick=pick)


def _show_images(
    state: Session, t: Translator, own: OwnClasses, learned: Learned, which: list[int]
) -> None:
    found, names = learned.held_out, learned.names
    for start in range(0, len(which), _WORST):
        for column, i in zip(st.columns(_WORST), which[start : start + _WORST], strict=False):
            image, true, predicted = learned.images[i], found.labels[i], found.predicted[i]
            shares = found.probabilities[i]
            with column.container(key=f"own_image_{i}"):
                st.image(image.photo, alt=image.name, width=220)
                key = "own_classes.right" if true == predicted else "own_classes.wrong"
                st.markdown(
                    t(
                        key,
                        name=plain(names[true]),
                        share=t.percent(shares[true]),
                        predicted=plain(names[predicted]),
                        other=t.percent(shares[predicted]),
                    )
                )
                with st.container(horizontal=True):
                    if st.button(t("own_classes.look_short"), key=f"own_look_{i}"):
                        _look_inside(state, t, learned, image)
                    st.button(
                        t("own_classes.drop"),
                        key=f"own_drop_{i}",
                        on_click=partial(own.collection.drop, image.digest),
                        disabled=not own.collection.has(image.digest),
                    )


def _look_inside(state: Session, t: Translator, learned: Learned, image: OwnImage) -> None:
    """Explore the network with one of its images."""
    state.add_custom_model(learned.model)
    state.show_model(learned.model.key)
    state.show_image(ChosenImage(None, image.name, t("sidebar.uploaded_alt"), image.photo))
    st.switch_page(page_file("explore"), query_params={})
