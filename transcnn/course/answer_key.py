"""What an answer is about, and how that is written in files: one place for both."""

from dataclasses import dataclass

from transcnn.course.former_names import current_name


@dataclass(frozen=True)
class AnswerKey:
    """A question or step by its `name`, about one network, picture and query pixel.

    `picture` is the beginning of its digest, `query` the row and column of the pixel; `details` are
    what else the question depends on, such as the map of the example by hand.
    """

    name: str
    model: str
    picture: str
    query: tuple[int, int]
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As files and widgets name it: `name|model|picture|row,column`, then the details."""
        query = f"{self.query[0]},{self.query[1]}"
        return "|".join([self.name, self.model, self.picture, query, *self.details])


def read_answer_key(text: str) -> AnswerKey:
    """The key that `str` wrote, in earlier versions with a number for a name. Raises ValueError."""
    name, model, picture, query, *details = text.split("|")
    row, column = query.split(",")
    return AnswerKey(current_name(name), model, picture, (int(row), int(column)), tuple(details))
