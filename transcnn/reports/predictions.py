"""Every picture of a run as a row, with all that was measured: for other programs."""

import io
from collections.abc import Sequence

from transcnn.analysis.errors.table import TOP, Table
from transcnn.figures.table import to_csv
from transcnn.labels import ClassName

Cell = str | int | float | bool


def columns(table: Table, names: Sequence[ClassName]) -> dict[str, list[Cell]]:
    """The columns of the export by name. Classes are indices of the network's; `names` are theirs.

    labels, label_names and tags are joined by "|". Of each case: the answer, the probability and
    the rank (0 first) of the right classes; of "on" the five likeliest classes too. Then the
    features, as their modules describe them.
    """
    found: dict[str, list[Cell]] = {
        "name": [str(name) for name in table.names],
        "labels": ["|".join(map(str, labels)) for labels in table.labels],
        "label_names": ["|".join(names[i].label for i in labels) for labels in table.labels],
        "answer": table.predicted.tolist(),
        "answer_name": [names[i].label for i in table.predicted],
        "right": table.correct.tolist(),
        "confidence": table.confidence.tolist(),
        "source": [str(source) for source in table.sources],
        "tags": ["|".join(sorted(tags)) for tags in table.tags],
        "note": list(table.notes),
    }
    for case, answers in table.cases.items():
        found[f"{case}_answer"] = answers.classes[:, 0].tolist()
        found[f"{case}_right_probability"] = answers.true_probability.tolist()
        found[f"{case}_right_rank"] = answers.true_rank.tolist()
    on = table.cases["on"]
    for rank in range(min(TOP, on.classes.shape[1])):
        found[f"top{rank + 1}"] = on.classes[:, rank].tolist()
        found[f"top{rank + 1}_probability"] = on.probabilities[:, rank].tolist()
    for name, values in table.features.items():
        found[name] = values.tolist()
    return found


def as_csv(table: Table, names: Sequence[ClassName]) -> str:
    """The export as CSV."""
    found = columns(table, names)
    return to_csv(list(found), zip(*found.values(), strict=True))


def as_parquet(table: Table, names: Sequence[ClassName]) -> bytes:
    """The export as a Parquet file."""
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns(table, names)), file)
    return file.getvalue()
