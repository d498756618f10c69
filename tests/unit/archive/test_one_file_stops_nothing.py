"""Whatever fails while a file is read is that file's verdict: its neighbours load, and so does the next archive."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bluelamp.archive import extract as extracting
from bluelamp.archive import stage
from bluelamp.archive.shape import canonical_header
from bluelamp.archive.stage import Stager, Task, TaskResult, WaitingFile
from bluelamp.domain.dataset import CRIMES
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.storage.lake import POINT, Lake
from bluelamp.storage.ledger.entries import LOADED, QUARANTINED

HEADER = canonical_header(CRIMES)
BOM = b"\xef\xbb\xbf"


def row(number: int, place: str = "0.521", text: str = "A Street") -> bytes:
    cells = [
        f"{number:064x}",
        "2024-06",
        "Kent Police",
        "Kent Police",
        place,
        "51.25",
        f"On or near {text}",
        "E01024000",
    ]
    return ",".join([*cells, "Maidstone 001A", "Burglary", "Under investigation", ""]).encode() + b"\n"


def task(folder: Path, *files: bytes) -> Task:
    pack = folder / "pack"
    pack.write_bytes(b"".join(files))
    waiting, offset = [], 0
    for number, content in enumerate(files, 1):
        unit = ForceMonth("crimes", "kent", Month.parse("2024-06"))
        crc = binascii.crc32(content)
        waiting.append(WaitingFile(number, unit, "x.csv", pack, offset, len(content), len(content), crc, 0))
        offset += len(content)
    return Task("crimes", "run/kent-00001", tuple(waiting))


def verdicts(result: TaskResult) -> dict[int, tuple[str, str, int]]:
    return {one.file_id: (one.state, one.reason, one.rows_loaded) for one in result.results}


def failing(real: Callable[..., Any], on: Callable[..., bool], error: Exception) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        if on(*arguments, **options):
            raise error
        return real(*arguments, **options)

    return call


@pytest.mark.parametrize("error", [ValueError("planted"), AssertionError(), MemoryError()])
@pytest.mark.parametrize("prefix", [b"", BOM], ids=["fast path", "careful path"])
@pytest.mark.parametrize(
    ("where", "name"),
    [
        (extracting, "read_usual"), (extracting, "sieve"), (extracting, "shape_of"), (stage, "lake_rows"),
        (stage, "findings"),
    ],
)  # fmt: skip
def test_an_unforeseen_failure_quarantines_one_file(
    where: Any, name: str, prefix: bytes, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is planted at each step of reading, for the file whose rows say Trouble."""
    files = [HEADER + row(1), prefix + HEADER + row(2, text="Trouble") + row(3, "abc", "Trouble"), HEADER + row(4)]

    def is_about_trouble(first: Any, *more: Any, **_: Any) -> bool:
        if isinstance(first, bytes):
            return b"Trouble" in first
        if isinstance(first, list):
            return any(b"Trouble" in data for data in first)
        extracted = more[1] if name == "lake_rows" else first.extracted
        return any("Trouble" in str(text) for text in extracted.table.column("Location").to_pylist())

    monkeypatch.setattr(where, name, failing(getattr(where, name), is_about_trouble, error))
    found = verdicts(Stager(Lake(tmp_path / "lake")).run(task(tmp_path, *files)))
    assert found[1] == found[3] == (LOADED, "", 1)
    if found[2][0] == LOADED:  # what one path cannot read, the other may
        assert (name, found[2]) in (("read_usual", (LOADED, "", 2)), ("sieve", (LOADED, "", 2)))
    else:
        assert (found[2][0], found[2][2]) == (QUARANTINED, 0)
        assert "cannot be read" in found[2][1]
        assert type(error).__name__ in found[2][1]


def test_what_a_failed_task_wrote_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A point must not count as written because of a task that was then forgotten."""
    stager = Stager(Lake(tmp_path / "lake"))
    real, calls = stage._issue_rows, []

    def once(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("planted")
        return real(*arguments)

    monkeypatch.setattr(stage, "_issue_rows", once)
    result = stager.run(task(tmp_path, HEADER + row(1), HEADER + row(2, "0.6")))
    assert {state for state, *_ in verdicts(result).values()} == {LOADED}
    assert sum(file.rows for file in result.lake_files if file.table == POINT) == 2
    assert len({file.path for file in result.lake_files}) == len(result.lake_files)


def test_the_machine_is_no_fault_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "lake_rows", failing(stage.lake_rows, lambda *_: True, OSError(28, "No space left")))  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="No space"):
        Stager(Lake(tmp_path / "lake")).run(task(tmp_path, HEADER + row(1)))


def test_a_pack_that_is_gone_costs_its_files(tmp_path: Path) -> None:
    one = task(tmp_path, HEADER + row(1))
    (tmp_path / "pack").unlink()
    (state, reason, _), = verdicts(Stager(Lake(tmp_path / "lake")).run(one)).values()  # fmt: skip
    assert state == QUARANTINED
    assert "lost its bytes" in reason


@pytest.mark.parametrize(
    ("bad", "good", "state"), [(1, 1, LOADED), (4, 3, LOADED), (3, 1, QUARANTINED), (7, 3, QUARANTINED)]
)
def test_a_file_of_which_most_does_not_fit_is_no_file(bad: int, good: int, state: str, tmp_path: Path) -> None:
    """Above two thirds: the rest would look like a month with few crimes. Its neighbours are untouched."""
    rows = b"".join(row(number) for number in range(good)) + row(9).replace(b"2024-06", b"Jun-24") * bad
    found = verdicts(Stager(Lake(tmp_path / "lake")).run(task(tmp_path, HEADER + rows, HEADER + row(99))))
    assert found[2] == (LOADED, "", 1)
    assert found[1][0] == state
    assert found[1][2] == (good if state == LOADED else 0)
    if state == QUARANTINED:
        assert f"{bad} of {bad + good} rows that do not fit" in found[1][1]
        assert "is not a month" in found[1][1]
