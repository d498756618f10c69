"""The first look at a file's bytes: usual, unusual but readable, or broken as a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bluelamp.archive.shape import BrokenFile, canonical_header, shape_of
from bluelamp.domain.dataset import CRIMES, DATASETS, OUTCOMES, STOPS, Dataset
from bluelamp.domain.published_column import PublishedColumn

HEADER = canonical_header(OUTCOMES)
NAMES = list(OUTCOMES.columns)
ROW = b"," * (len(NAMES) - 1) + b"\n"


def header(names: list[str]) -> bytes:
    return ",".join(names).encode() + b"\n"


@pytest.mark.parametrize("dataset", DATASETS, ids=str)
def test_the_published_form_is_usual(dataset: Dataset) -> None:
    head = canonical_header(dataset)
    for data in (head, head + b"," * (len(dataset.columns) - 1) + b"\n"):
        shape = shape_of(data, dataset)
        assert shape.usual
        assert shape.positions == tuple(range(len(dataset.columns)))
        assert shape.body == len(head)


@pytest.mark.parametrize(
    ("data", "note", "body"),
    [
        (b"\xef\xbb\xbf" + HEADER + ROW, "byte order mark", len(HEADER) + 3),
        (HEADER.replace(b"\n", b"\r\n") + ROW, "CRLF", len(HEADER) + 1),
        ((HEADER + ROW).replace(b"\n", b"\r"), "CR line ends", len(HEADER)),
        (HEADER + ROW[:-1], "", len(HEADER)),
        (HEADER[:-1], "", len(HEADER) - 1),
        (header([*NAMES, "Weather"]) + ROW, "“Weather”", len(HEADER) + 8),
        (header([NAMES[-1], *NAMES[:-1]]) + ROW, "another order", len(HEADER)),
        (header([f" {name} " for name in NAMES]) + ROW, "", len(HEADER) + 2 * len(NAMES)),
        (header([f'"{name}"' for name in NAMES]) + ROW, "", len(HEADER) + 2 * len(NAMES)),
    ],
)  # fmt: skip
def test_unusual_forms_are_read_and_told(data: bytes, note: str, body: int) -> None:
    shape = shape_of(data, OUTCOMES)
    assert not shape.usual
    assert shape.body == body
    assert note in " ".join(shape.notes)


def test_columns_are_found_by_name() -> None:
    names = ["Weather", *reversed(NAMES)]
    shape = shape_of(header(names) + ROW, OUTCOMES)
    assert shape.cells(names) == NAMES
    assert shape.width == len(NAMES) + 1


def test_a_column_that_was_added_may_be_lacking_and_is_blank_then() -> None:
    added = PublishedColumn("Weather", "weather", "word", "what the sky was like", added=True)
    dataset = replace(OUTCOMES, declared=(OUTCOMES.declared[0], added, *OUTCOMES.declared[1:]))
    shape = shape_of(header(NAMES) + ROW, dataset)
    assert shape.cells(NAMES) == [NAMES[0], "", *NAMES[1:]]
    assert shape.notes == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty: not even a header"),
        (b"\n\n  \r\n\t", "nothing but blanks"),
        (b"\0" * 50, "nothing but blanks"),
        (HEADER.decode().encode("utf-16"), "UTF-16"),
        (HEADER.decode().encode("utf-16-le"), "NUL|header"),
        (b"\xfe\xff" + HEADER.decode().encode("utf-16-be"), "UTF-16"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "NUL"),
        (ROW, "has no header: its first line begins"),
        (b"a,b,c\n1,2,3\n", "has no header"),
        (header(NAMES[:-1]), "lacks the column “Outcome type”"),
        (header([*NAMES[:-1], "Outcome"]), "perhaps renamed to “Outcome”"),
        (header(NAMES[2:]), "lacks the columns “Crime ID”, “Month”"),
        (header([*NAMES, "Month"]), "has the column “Month” twice"),
        (b"Crime ID,\xff\xfe\n", "no header that can be read"),
    ],
)
def test_broken_files_are_refused_with_their_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BrokenFile) as caught:
        shape_of(data, OUTCOMES)
    assert any(one in caught.value.reason for one in reason.split("|")), caught.value.reason


@pytest.mark.parametrize("other", [CRIMES, STOPS], ids=str)
def test_a_file_of_another_dataset_is_refused(other: Dataset) -> None:
    with pytest.raises(BrokenFile):
        shape_of(canonical_header(OUTCOMES), other)
