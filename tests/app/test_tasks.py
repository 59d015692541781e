"""Background tasks: progress, cancelling, errors, one at a time, and ending when nobody looks."""

import threading
import time

from transcnn.errors import ChoiceError
from transcnn.ui.app.tasks import Task
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


def test_a_task_ends_when_nobody_looks_at_it():
    task = started(Task("endless", endless, unseen_s=2))
    for _ in range(10):
        time.sleep(0.25)
        task.look()
    assert task.is_alive()
    task.join(20)
    assert not task.is_alive()


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
    queue, order, hold = [], [], threading.Event()
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
    assert queue == []


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
