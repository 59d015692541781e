"""What a session keeps for a visitor, whichever of their runs asks for it."""

import threading

from transcnn.pictures import CENTRE
from transcnn.ui.app.session import Session
from transcnn.words import DEFAULT


def test_runs_that_go_on_beside_each_other_find_the_same_part():
    state = Session({}, "elephant", "transcnn_lite0", DEFAULT, CENTRE)
    both_begin = threading.Barrier(2, timeout=20)

    class Part:
        def __init__(self):
            both_begin.wait()

    found = []
    runs = [threading.Thread(target=lambda: found.append(state.part(Part))) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(found) == 2
    assert found[0] is found[1] is state.part(Part)
