"""Background tasks: progress, cancelling, errors, turns, limits, and ending when all have gone."""

import threading
import time
from typing import ClassVar

import pytest

from transcnn.errors import ChoiceError, ServerBusy, TooManyTasks, TooManyTasksHere
from transcnn.ui.app import tasks as tasks_module
from transcnn.ui.app.tasks import GRACE_S, Computing, Queue, Task
from transcnn.ui.app.visitors import Visitor
from transcnn.ui.pages.explanations.data import ExplainTasks


def endless(task):
    while True:
        task.report(0.5)
        time.sleep(0.01)


def started(task):
    task.start()
    while task.progress is None and task.is_alive():
        time.sleep(0.01)
    return task


def test_a_task_has_progress_and_a_result():
    task = started(Task("counts", lambda task: task.report(1.0) or "done"))
    task.join(20)
    assert (task.progress, task.result, task.error) == (1.0, "done", None)
    assert task.finished
    assert not task.under_way


def test_a_task_that_is_cancelled_has_neither_result_nor_error():
    task = started(Task("endless", endless))
    assert task.under_way
    task.cancel()
    task.join(20)
    assert not task.is_alive()
    assert not task.finished


class Page(Visitor):
    """A visitor whose browser is there as long as the test says so."""

    gone: ClassVar[set[str]] = set()  # sessions

    @property
    def has_browser(self):
        return self.session not in self.gone


@pytest.fixture
def at(monkeypatch):
    """Makes what follows happen on the page of a session."""
    monkeypatch.setattr(Page, "gone", set())

    def go(session, address="192.0.2.1"):
        page = Page(session, address)
        monkeypatch.setattr(tasks_module, "current_visitor", lambda: page)

    yield go
    for task in tasks_module.tasks_alive():
        task.cancel()
        task.join(20)


def test_a_task_ends_when_the_last_browser_that_looks_at_it_has_gone(at):
    at("one")
    task = started(Task("endless", endless))
    at("two")
    task.look()
    Page.gone.add("one")
    task.join(GRACE_S + 1.5)
    assert task.is_alive()
    assert not task.abandoned
    Page.gone.add("two")
    task.join(5)
    assert not task.is_alive()
    assert task.abandoned
    assert not task.finished


def test_a_browser_that_is_back_at_once_finds_its_task_under_way(at):
    at("one")
    task = started(Task("endless", endless))
    for _ in range(4):
        Page.gone.add("one")
        time.sleep(GRACE_S / 2)
        Page.gone.clear()
        time.sleep(0.8)
    assert task.under_way


def test_one_has_few_tasks_at_once_and_others_begin_theirs(at, monkeypatch):
    few = {"SESSION": 2, "ADDRESS": 3}
    for name, value in few.items():
        monkeypatch.setenv(f"TRANSCNN_LIMIT_TASKS_{name}", str(value))
    monkeypatch.setenv("TRANSCNN_LIMIT_TASKS", "4")

    def begin(session, address="192.0.2.1"):
        at(session, address)
        return started(Task("endless", endless))

    first = begin("one")
    begin("one")
    with pytest.raises(TooManyTasks, match=r"as it may have \(2\)"):
        begin("one")
    begin("two")
    with pytest.raises(TooManyTasksHere, match=r"Your address has .* \(3\)"):
        begin("two")
    begin("three", "192.0.2.2")
    with pytest.raises(ServerBusy, match=r"this server takes \(4\)"):
        begin("four", "192.0.2.3")
    first.cancel()
    first.join(20)
    begin("five", "192.0.2.3")


def test_visitors_take_turns_however_much_one_has_begun(at):
    queue, order, hold = Queue(), [], threading.Event()
    at("busy")
    tasks = [started_in(queue, "holds", lambda _: hold.wait(60))]
    for session in ("busy", "busy", "busy", "one", "two", "one"):
        at(session)
        tasks.append(started_in(queue, session, lambda task: order.append(task.name) or True))
    hold.set()
    for task in tasks:
        task.join(20)
    assert order == ["busy", "one", "two", "busy", "one", "busy"]


def test_a_long_task_gives_way_when_its_turn_is_over_and_goes_on(at, monkeypatch):
    monkeypatch.setattr(tasks_module, "TURN_S", 600.0)
    queue, steps = Queue(), []

    def five_steps(task):
        for _ in range(5):
            task.report(0.5)
            steps.append(task.name)

    def long(task):
        while not queue.others_wait(task):
            time.sleep(0.01)
        five_steps(task)
        monkeypatch.setattr(tasks_module, "TURN_S", 0.0)  # now it is over
        five_steps(task)
        return True

    at("long")
    tasks = [started_in(queue, "long", long)]
    at("short")
    tasks.append(started_in(queue, "short", lambda task: steps.append(task.name) or True))
    for task in tasks:
        task.join(20)
    assert [task.result for task in tasks] == [True, True]
    assert steps == ["long"] * 5 + ["short"] + ["long"] * 5


def started_in(queue, name, do):
    task = Task(name, do, queue=queue)
    task.start()
    time.sleep(0.05)
    return task


def test_an_error_is_kept_and_a_fault_is_logged(caplog):
    def refuse(_):
        raise ChoiceError(field="window", value=0, allowed="1 or more")

    def fail(_):
        raise ZeroDivisionError("planted")

    tasks = [Task("refuses", refuse), Task("fails", fail)]
    for task in tasks:
        task.start()
        task.join(20)
    assert isinstance(tasks[0].error, ChoiceError)
    assert isinstance(tasks[1].error, ZeroDivisionError)
    assert "planted" in caplog.text
    assert "window" not in caplog.text


def test_tasks_of_a_queue_are_done_first_come_first_served():
    queue, order, hold = Queue(), [], threading.Event()
    first = Task("first", lambda _: hold.wait(60), queue=queue)
    first.start()
    waiting = []
    for name in "abcde":
        waiting.append(Task(name, lambda task: order.append(task.name) or True, queue=queue))
        waiting[-1].start()
        time.sleep(0.05)
    assert all(task.waits for task in waiting)
    assert not first.waits
    waiting[2].cancel()
    waiting[2].join(20)
    hold.set()
    for task in (first, *waiting):
        task.join(20)
    assert order == list("abde")


def test_pages_that_wait_to_compute_do_so_first_come_first_served_however_often_they_look(
    monkeypatch,
):
    monkeypatch.setattr(tasks_module, "_LOOK_S", 0.01)
    computing, order = Computing(1), []

    def compute(name):
        with computing:
            order.append(name)

    waiting = [threading.Thread(target=compute, args=[name]) for name in "abcdefgh"]
    with computing:
        for thread in waiting:
            thread.start()
            time.sleep(0.03)  # they have looked by now, and look again and again
    for thread in waiting:
        thread.join(20)
    assert order == list("abcdefgh")


def test_a_session_begins_each_explanation_once_and_ends_what_is_no_longer_wanted():
    tasks = ExplainTasks()

    def explain(on_progress):
        while True:
            on_progress(0.5)
            time.sleep(0.01)

    first = tasks.begin("a/occlusion", explain)
    assert tasks.begin("a/occlusion", explain) is first
    other = tasks.begin("b/occlusion", explain)
    tasks.end_others(("b/",))
    first.join(20)
    assert list(tasks) == ["b/occlusion"]
    other.cancel()
    other.join(20)
