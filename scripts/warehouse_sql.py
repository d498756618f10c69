"""The published columns in the SQL files of the warehouse's tables, written from their declarations in
`bluelamp.domain.dataset`. What stands outside of `-- begin …` and `-- end` is written by hand.

Usage:
    python -m scripts.warehouse_sql            writes them into src/bluelamp/storage/warehouse/sql
    python -m scripts.warehouse_sql --check    says which files are not current; exit 1 where there are any
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.domain.published_column import PublishedColumn
from bluelamp.questions.families.archive.datasets import DATASETS
from scripts.project import ROOT

FOLDER = ROOT / "src" / "bluelamp" / "storage" / "warehouse" / "sql"
_PART = re.compile(
    r"^(?P<indent> *)-- begin (?P<part>[a-z ]+)(?P<note>[^a-z \n].*)?\n(?P<lines>(?:.*\n)*?) *-- end\n(?P<close> *\))?",
    re.MULTILINE,
)


def _counted(dataset: Dataset) -> list[PublishedColumn]:
    return [column for column in dataset.of_kind("word") if column.counted == "together"]


def _typed(column: PublishedColumn) -> str:
    return f"{column.code} USMALLINT NOT NULL"


# What may stand between `-- begin` and `-- end`, a line for each column.
PARTS: dict[str, Callable[[Dataset], list[str]]] = {
    "publishers": lambda dataset: [_typed(column) for column in dataset.of_kind("publisher")],
    "words": lambda dataset: [_typed(column) for column in dataset.of_kind("word")],
    "words counted together": lambda dataset: [_typed(column) for column in _counted(dataset)],
    "codes counted together": lambda dataset: [column.code for column in _counted(dataset)],
}


def written(text: str, dataset: Dataset) -> str:
    """The text of an SQL file with the columns of a dataset in it. Raises KeyError for a part that PARTS lacks."""

    def part(match: re.Match[str]) -> str:
        indent, close = match["indent"], match["close"] or ""
        lines = [f"{indent}{line}," for line in PARTS[match["part"].strip()](dataset)]
        if close and lines:
            lines[-1] = lines[-1].removesuffix(",")  # nothing follows in the list
        start = match[0].partition("\n")[0]
        return "\n".join([start, *lines, f"{indent}-- end", close])

    return _PART.sub(part, text)


def files(folder: Path = FOLDER) -> Iterator[tuple[Path, Dataset]]:
    """The files that hold published columns, each with the dataset that they are of."""
    for spec in DATASETS.values():
        for table in (spec.table, spec.mart):
            if table:
                yield folder / f"{table}.sql", BY_NAME[spec.name]


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Write the files, or with --check name those that are not current."""
    stale = 0
    for path, dataset in files(folder):
        text = path.read_text(encoding="utf-8")
        current = written(text, dataset)
        if current == text:
            continue
        stale += 1
        if "--check" not in arguments:
            path.write_text(current, encoding="utf-8")
        print(f"{'not current' if '--check' in arguments else 'written'}: {path.name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
