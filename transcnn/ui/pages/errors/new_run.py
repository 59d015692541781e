"""Beginning a run: an archive that is uploaded, or a folder where the server may read one.

Images with annotated boxes are searched by a detector, others are classified.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from transcnn.detection.catalogue import shipped_detectors
from transcnn.detection.objects import DetectionSet
from transcnn.detection.sets import is_annotated, read_set
from transcnn.errors import ArchiveTooLarge, ChoiceError, FolderError, NoRoomForRun, TransCNNError
from transcnn.labels import Classes
from transcnn.limits import MB, limits
from transcnn.pictures.prepare import Resize
from transcnn.runs.archive import labelled_limits, unpack
from transcnn.runs.labelled import LabelledPicture, find_items
from transcnn.runs.run import begin_run
from transcnn.runs.store import is_name, run_path
from transcnn.runs.uploads import is_upload, new_upload, reserve_disk, upload_folder, upload_path
from transcnn.ui.app.detectors import open_detector
from transcnn.ui.app.networks import classifier
from transcnn.ui.app.session import Session
from transcnn.ui.app.uploads import shown_name
from transcnn.ui.app.visitors import current_visitor, end_with_browser
from transcnn.ui.pages.errors import runs
from transcnn.ui.pages.errors.detection.link import DetectionErrorsChoice
from transcnn.ui.pages.errors.link import DEMONSTRATION, ErrorsChoice
from transcnn.ui.pages.errors.runs import OwnRuns
from transcnn.words.translator import Translator, plain

_UPLOADER, _FOLDER, _NAME, _SQUASH, _DETECTOR, _SPLIT = (
    f"errors_{name}" for name in ("uploader", "folder", "name", "squash", "detector", "split")
)


def new_run(state: Session, t: Translator) -> None:
    """Draw the form; a run that is begun becomes the chosen one."""
    st.markdown(t("error_analysis.new_says", model=plain(state.model), limit=limits().archive_mb))
    with st.expander(t("error_analysis.options")):
        st.toggle(t("error_analysis.squash"), key=_SQUASH)
        st.selectbox(t("error_analysis.detector"), shipped_detectors(), key=_DETECTOR)
        st.text_input(t("error_analysis.split"), key=_SPLIT)
    file = st.file_uploader(
        t("error_analysis.archive"),
        type=["zip", "tar", "gz", "tgz"],
        max_upload_size=limits().archive_mb,
        key=f"{_UPLOADER}_{len(state.part(OwnRuns).begun)}",  # empty again once a run is begun
    )
    st.caption(t("error_analysis.kept"))
    if file is not None and st.button(t("error_analysis.begin"), key="errors_begin_upload"):
        _try(t, lambda: _from_archive(state, shown_name(file.name), file.getvalue()))
    if not runs.allowed_folders():
        st.caption(t("error_analysis.folders_off"))
        return
    st.text_input(t("error_analysis.folder"), key=_FOLDER)
    st.text_input(t("error_analysis.name"), key=_NAME)
    if st.button(t("error_analysis.begin"), key="errors_begin_folder"):
        _try(t, lambda: _from_folder(state))


def _try(t: Translator, begin: Callable[[], None]) -> None:
    try:
        with st.spinner(t("error_analysis.reading")):
            begin()
    except TransCNNError as error:
        st.error(plain(t.error(error)))
    else:
        st.rerun()


def _from_archive(state: Session, name: str, data: bytes) -> None:
    most = limits().archive_mb
    if len(data) > most * MB:  # the widget's own limit holds in the browser only
        raise ArchiveTooLarge(file=name, limit=most)
    own_runs = state.part(OwnRuns)
    own_runs.check_room()
    run = new_upload()
    folder = upload_folder(run)
    bounds, visitor = labelled_limits(), current_visitor()
    address = "" if visitor is None else visitor.address
    try:
        with (
            tempfile.TemporaryDirectory() as scratch,
            reserve_disk(run, address, bounds.megabytes) as megabytes,
        ):
            packed = Path(scratch) / "packed"
            packed.write_bytes(data)
            left = replace(bounds, megabytes=megabytes)
            try:
                inside = unpack(packed, folder / "pictures", left, name, end_with_browser)
            except ArchiveTooLarge as error:
                if megabytes < bounds.megabytes:  # it is not the archive's fault
                    raise NoRoomForRun(limit=limits().upload_runs_mb) from error
                raise
        if _has_boxes(state, inside):
            _begin_detections(state, run, _annotated(inside), upload_path(run))
        else:
            items = find_items(inside, within=folder, classes=_classes(state))
            _begin(state, run, items, upload_path(run))
    except FolderError as error:  # where it was unpacked is nobody's business
        runs.delete_upload(run)
        raise type(error)(**{**error.details, "folder": name}) from error
    except BaseException:
        runs.delete_upload(run)
        raise
    own_runs.begun.append(run)


def _from_folder(state: Session) -> None:
    place = runs.check_folder(st.session_state[_FOLDER])
    name = st.session_state[_NAME]
    special = is_upload(name) or name == DEMONSTRATION or not is_name(name)
    if special or (run_path(name).exists() and name not in runs.named_runs()):
        raise ChoiceError(field="run", value=name, allowed="a name of its own")
    if _has_boxes(state, place):
        annotated = _annotated(place)
        _check_folders({one.path.parent for one in annotated.pictures})
        _begin_detections(state, name, annotated, run_path(name))
        return
    within = place if place.is_dir() else place.parent
    items = find_items(place, within=within, classes=_classes(state))
    _check_folders({item.path.parent for item in items})
    _begin(state, name, items, run_path(name))


def _check_folders(folders: set[Path]) -> None:
    for folder in folders:  # a link may lead out
        runs.check_folder(str(folder))


def _has_boxes(state: Session, place: Path) -> bool:
    """Whether images are annotated with boxes: where folders are named by class, they are not."""
    if not is_annotated(place):
        return False
    folders = [one.name for one in place.iterdir() if one.is_dir()] if place.is_dir() else []
    return not any(_classes(state).find(name) for name in folders)


def _annotated(place: Path) -> DetectionSet:
    return read_set(place, st.session_state[_SPLIT].strip() or None)


def _classes(state: Session) -> Classes:
    return state.config(state.model).class_set


def _begin(state: Session, run: str, items: list[LabelledPicture], path: Path) -> None:
    network = classifier(state.model)
    resize: Resize = "squash" if st.session_state[_SQUASH] else "crop"
    _start(state, run, runs.classifying(begin_run(path, network, items, resize), network))


def _begin_detections(state: Session, run: str, annotated: DetectionSet, path: Path) -> None:
    from transcnn.runs.detection.run import begin_detection_run

    detector = open_detector(st.session_state[_DETECTOR])
    _start(state, run, runs.detecting(begin_detection_run(path, detector, annotated), detector))


def _start(state: Session, run: str, rest: runs.Rest) -> None:
    runs.resume(run, rest)
    state.put(ErrorsChoice().of_run(run))
    state.put(DetectionErrorsChoice())
