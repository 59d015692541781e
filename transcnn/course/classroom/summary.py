"""What a class has answered to one question, as its teacher may show it: no names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.store import ClassAnswer, ClassState
from transcnn.course.questions import PosedQuestion

SURE = "certain"


@dataclass(frozen=True)
class QuestionSummary:
    """Counts of one question. `answers` and `correct` are by vote; `gained` and `lost` count who
    changed to the correct answer and away from it, among the `both` who voted twice.
    `misconceptions` counts those behind the answers, by vote, the most frequent first;
    `sure_and_wrong` counts last answers that were certain and not correct.
    """

    question: AnswerKey
    answers: Mapping[int, int]
    correct: Mapping[int, int]
    both: int
    gained: int
    lost: int
    misconceptions: Mapping[str, Mapping[int, int]]
    sure_and_wrong: int


def summarise(
    question: AnswerKey, posed: PosedQuestion, given: Sequence[ClassAnswer]
) -> QuestionSummary:
    """Count the answers to a question; those that cannot be an answer to it are left out."""
    given = [one for one in given if posed.takes(one.submission.guess)]
    right = {(g.member_id, g.round): posed.mark(g.submission.guess) == "hit" for g in given}
    last = {one.member_id: one for one in sorted(given, key=lambda one: one.round)}
    twice = [m for m in last if (m, 1) in right and (m, 2) in right]
    led = Counter((posed.misconception(one.submission.guess), one.round) for one in given)
    names = dict.fromkeys(name for (name, _), _ in led.most_common() if name is not None)
    rounds = sorted({one.round for one in given})
    return QuestionSummary(
        question,
        answers={n: sum(r == n for _, r in right) for n in rounds},
        correct={n: sum(hit for (_, r), hit in right.items() if r == n) for n in rounds},
        both=len(twice),
        gained=sum(right[m, 2] and not right[m, 1] for m in twice),
        lost=sum(right[m, 1] and not right[m, 2] for m in twice),
        misconceptions={name: {n: led[name, n] for n in rounds} for name in names},
        sure_and_wrong=sum(
            one.submission.sure == SURE and not right[one.member_id, one.round]
            for one in last.values()
        ),
    )


def is_revealed(question: AnswerKey, state: ClassState) -> bool:
    """Whether the step of a question was revealed to the class."""
    step = question.name.partition(".")[0]
    about = (question.model, question.picture, question.query)
    return any(
        key.name == step
        and (key.model, key.picture, key.query) == about
        and set(question.details) <= set(key.details)
        for key in state.revealed
    )
