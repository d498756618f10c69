"""Two releases of one archive: what a later one restates."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import TwinPlan
from bluelamp.synthetic.plan import UNUSABLE, VARIANTS
from tests.lib.archive.twins import Twin, make

PLAN = TwinPlan(
    Month.parse("2024-05"),
    months=16,
    crimes=24_000,
    forces=("kent", "dorset", "cleveland", "south-wales"),
    pathologies=frozenset({"restated_coverage", "outcome_disagreement"}),
)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Twin]]:
    folder = tmp_path_factory.mktemp("releases")
    made = [make(dataclasses.replace(PLAN, release=PLAN.release + ahead), folder) for ahead in range(3)]
    yield made
    for twin in made:
        twin.zip.close()


def shared(first: Twin, second: Twin, dataset: str) -> list[tuple[bytes, bytes, str]]:
    """The files of a dataset that both releases have: the bytes of each, and the month."""
    theirs = {file.member: file for file in second.truth.files}
    return [
        (first.body(file), second.body(theirs[file.member]), file.month)
        for file in first.truth.files
        if file.dataset == dataset and file.member in theirs
    ]


def test_a_release_adds_one_month_and_drops_one(releases: list[Twin]) -> None:
    months = [{file.month for file in twin.truth.files} for twin in releases]
    assert months[1] - months[0] == {"2024-06"}
    assert months[0] - months[1] == {"2023-02"}


def test_each_release_fills_in_or_withdraws_one_file(releases: list[Twin]) -> None:
    kinds = set()
    for first, second in pairwise(releases):
        gaps = [{(gap.dataset, gap.force, gap.month) for gap in twin.truth.missing} for twin in (first, second)]
        (change,) = second.truth.restated
        file = (change.dataset, change.force, change.month)
        both = {str(month) for month in first.truth.plan.window} & {str(month) for month in second.truth.plan.window}
        changed = {gap for gap in gaps[0] ^ gaps[1] if gap[2] in both}
        # A file can be both withdrawn and still to be filled in, in which case nothing is seen to change.
        assert changed <= {file}
        assert (file in gaps[1]) == (change.why == "withdrawn")
        kinds.add(change.why)
    assert kinds == {"withdrawn", "filled in"}


def test_street_files_are_reordered_and_their_last_outcomes_move(releases: list[Twin]) -> None:
    moved: Counter[str] = Counter()
    same = other = gained = lost = 0
    for before, after, month in shared(*releases[:2], "crimes"):  # type: ignore[arg-type, call-arg]
        same, other = same + (before == after), other + (before != after)
        old, new = (Counter(body.splitlines()) for body in (before, after))
        stems = [Counter(line.rsplit(b",", 2)[0] for line in lines.elements()) for lines in (old, new)]
        gained += (stems[1] - stems[0]).total()
        lost += (stems[0] - stems[1]).total()
        moved[month] += (old - new).total() - (stems[0] - stems[1]).total()
    assert same > 0
    assert other > 2 * same
    assert 0 < gained < 200
    assert 0 < lost < 200
    months = sorted(moved)
    assert sum(moved[month] for month in months[-4:]) > 2 * sum(moved[month] for month in months[:4])
    assert moved[months[0]] + moved[months[1]] > 0


def test_most_stops_and_outcomes_stay_byte_for_byte(releases: list[Twin]) -> None:
    for dataset, least in (("stops", 0.85), ("outcomes", 0.7)):
        pairs = shared(*releases[:2], dataset)  # type: ignore[arg-type, call-arg]
        same = sum(before == after for before, after, _ in pairs)
        assert least < same / len(pairs) < 1


def test_outcomes_of_the_new_month_tell_of_crimes_of_earlier_months(releases: list[Twin]) -> None:
    later = releases[1]
    ids = {row["Crime ID"]: file.month for file in later.of("crimes") for row in later.records(file)}
    new = [row for file in later.of("outcomes") if file.month == "2024-06" for row in later.records(file)]
    months = Counter(ids.get(row["Crime ID"], "before") for row in new)
    assert len(months) > 10


def test_faulty_files_are_repaired_by_the_next_release(tmp_path: Path) -> None:
    plan = dataclasses.replace(PLAN, pathologies=frozenset({*UNUSABLE, *VARIANTS}))
    twins = [make(dataclasses.replace(plan, release=plan.release + ahead), tmp_path) for ahead in range(2)]
    faulty = [{file.member for file in twin.truth.files if file.condition != "sound"} for twin in twins]
    assert faulty[0] - faulty[1]
    for twin in twins:
        twin.zip.close()
