"""What an installation is set up to hold, and what that leaves of coverage: a table of sparse installations, each
drawn with one letter a month, as a person would see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from bluelamp.domain.coverage import HeldFile, State, cells
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.scope import ScopeChoice
from bluelamp.domain.selection import Selection
from bluelamp.domain.whole import ReceiptWindow

M = Month.parse
LETTERS = {
    State.HELD: "h", State.EMPTY: "e", State.QUARANTINED: "q", State.NOT_FETCHED: "f", State.MISSING: "m",
    State.NOT_HELD: "d", State.NOT_COVERED: "c", State.OUT_OF_SCOPE: "o", State.NOT_PUBLISHED: "n",
}  # fmt: skip
SLUGS = [force.slug for force in FORCES]


class Installation:
    """What was received, said as a test says it."""

    def __init__(self, scope: ScopeChoice | None = None) -> None:
        self.held: dict[ForceMonth, HeldFile] = {}
        self.broken: dict[ForceMonth, Month] = {}
        self.left_out: dict[ForceMonth, Month] = {}
        self.windows: list[ReceiptWindow] = []
        self.scope = scope or ScopeChoice()

    def release(
        self, name: str, files: Iterable[tuple[str, str, str, str]], *, whole: Iterable[str] = (), **choice: Any
    ) -> Installation:
        """A receipt: (dataset, force, first, last) of what it lists, its whole datasets, what was chosen."""
        chosen = Selection(**choice)
        listed = [
            ForceMonth(dataset, force, month)
            for dataset, force, first, last in files
            for month in month_range(M(first), M(last))
        ]
        for unit in listed:
            if chosen.wants(unit):
                self.held[unit] = HeldFile(1, M(name), 5)
            else:
                self.left_out[unit] = M(name)
        for dataset in sorted({unit.dataset for unit in listed}):
            months = [unit.month for unit in listed if unit.dataset == dataset]
            self.windows.append(ReceiptWindow(dataset, min(months), max(months), M(name), dataset in whole, chosen))
        return self

    def api(self, dataset: str, force: str, *months: str) -> Installation:
        for month in months:
            self.held[ForceMonth(dataset, force, M(month))] = HeldFile(1, M(month), 5)
        return self

    def quarantine(self, dataset: str, force: str, month: str) -> Installation:
        unit = ForceMonth(dataset, force, M(month))
        self.broken[unit] = self.held.pop(unit).release
        return self

    def rows(self, dataset: str) -> dict[str, str]:
        """force → one letter a month."""
        found: dict[str, str] = {}
        for cell in cells(self.held, self.broken, self.left_out, self.windows, self.scope):
            if cell.unit.dataset == dataset:
                found[cell.unit.force] = found.get(cell.unit.force, "") + LETTERS[cell.state]
        return found


def everybody(dataset: str, first: str, last: str, *, but: str = "") -> list[tuple[str, str, str, str]]:
    return [(dataset, slug, first, last) for slug in SLUGS if slug != but]


def others(rows: dict[str, str], *named: str) -> set[str]:
    return {row for force, row in rows.items() if force not in named}


def test_one_force_of_one_release() -> None:
    here = Installation().release("2024-03", [("crimes", "kent", "2024-01", "2024-03")])
    crimes = here.rows("crimes")
    assert crimes["kent"] == "hhh"
    assert others(crimes, "kent") == {"ooo"}
    assert set(here.rows("stops").values()) == {"ooo"}


def test_a_folder_of_thirty_forces_street_only() -> None:
    """A part, whatever it looks like: Kent, of which it has no file, published nothing that we know of."""
    here = Installation().release("2025-01", [("crimes", slug, "2025-01", "2025-01") for slug in SLUGS[:19]])
    crimes = here.rows("crimes")
    assert others(crimes, *SLUGS[:19]) == {"o"}
    assert set(here.rows("outcomes").values()) == {"o", "n"}
    assert "m" not in "".join(crimes.values())


def test_three_files_in_a_hundred() -> None:
    here = Installation().release(
        "2024-03", [("crimes", "kent", "2024-01", "2024-01"), ("crimes", "essex", "2024-03", "2024-03")]
    )
    crimes = here.rows("crimes")
    assert (crimes["kent"], crimes["essex"]) == ("hdd", "ddh")
    assert others(crimes, "kent", "essex") == {"ooo"}


def test_three_releases_with_a_hole_between() -> None:
    """The months that no release covers are told as that, not left off the axis."""
    here = Installation()
    here.release("2017-12", [("crimes", "northern-ireland", "2017-11", "2017-12")])
    here.release("2018-05", everybody("stops", "2018-04", "2018-05", but="kent"), whole=["stops"])
    here.release("2018-08", everybody("stops", "2018-07", "2018-08", but="kent"), whole=["stops"])
    stops = here.rows("stops")
    assert stops["kent"] == "ooooo" + "mm" + "c" + "mm"
    assert others(stops, "kent") == {"ooooo" + "hh" + "c" + "hh"}
    crimes = here.rows("crimes")
    assert crimes["northern-ireland"] == "hh" + "o" * 8
    assert others(crimes, "northern-ireland") == {"o" * 10}


def test_one_force_synced_from_a_whole_release() -> None:
    """Nobody else is expected, not even the force that the release lacks; what the chosen one lacks is missing."""
    listed = [
        *everybody("crimes", "2024-01", "2024-02", but="greater-manchester"),
        ("crimes", "essex", "2024-03", "2024-03"),
    ]
    here = Installation().release("2024-03", listed, whole=["crimes"], forces=frozenset({"kent"}))
    crimes = here.rows("crimes")
    assert crimes["kent"] == "hhm"
    assert others(crimes, "kent") == {"ooo"}


def test_a_chosen_force_that_a_whole_release_lacks_is_missing() -> None:
    listed = everybody("stops", "2024-01", "2024-03", but="greater-manchester")
    here = Installation().release("2024-03", listed, whole=["stops"], forces=frozenset({"greater-manchester"}))
    assert here.rows("stops")["greater-manchester"] == "mmm"


def test_two_syncs_of_different_forces_and_months() -> None:
    """What the one left out, and the other makes part of the scope, was not fetched."""
    listed = everybody("crimes", "2024-01", "2024-03")
    here = Installation()
    here.release("2024-03", listed, whole=["crimes"], forces=frozenset({"kent"}), first=M("2024-02"))
    here.release("2024-03", listed, whole=["crimes"], forces=frozenset({"essex"}), last=M("2024-02"))
    crimes = here.rows("crimes")
    assert (crimes["kent"], crimes["essex"]) == ("fhh", "hhf")
    assert others(crimes, "kent", "essex") == {"ooo"}


def test_months_that_were_not_chosen_are_out_of_scope() -> None:
    listed = everybody("crimes", "2024-01", "2024-03")
    here = Installation().release("2024-03", listed, whole=["crimes"], first=M("2024-02"), last=M("2024-02"))
    assert set(here.rows("crimes").values()) == {"oho"}


def test_datasets_that_were_not_chosen_are_out_of_scope() -> None:
    listed = [*everybody("crimes", "2024-01", "2024-01"), *everybody("stops", "2024-01", "2024-01")]
    here = Installation().release("2024-01", listed, whole=["crimes", "stops"], datasets=frozenset({"stops"}))
    assert set(here.rows("crimes").values()) == {"o"}
    assert set(here.rows("stops").values()) == {"h"}


def test_a_part_and_then_a_whole_release() -> None:
    here = Installation().release("2024-01", [("crimes", "kent", "2024-01", "2024-01")])
    here.release("2024-03", everybody("crimes", "2024-02", "2024-03", but="essex"), whole=["crimes"])
    crimes = here.rows("crimes")
    assert (crimes["kent"], crimes["essex"]) == ("hhh", "dmm")
    assert others(crimes, "kent", "essex") == {"dhh"}


def test_a_whole_release_and_then_a_part() -> None:
    """The part takes nothing back of what the whole release tells, and says nothing of others in its own months."""
    here = Installation().release("2024-02", everybody("crimes", "2024-01", "2024-02", but="essex"), whole=["crimes"])
    here.release("2024-03", [("crimes", "kent", "2024-02", "2024-03")])
    crimes = here.rows("crimes")
    assert (crimes["kent"], crimes["essex"], crimes["surrey"]) == ("hhh", "mmd", "hhd")


def test_a_file_that_was_quarantined_is_in_the_scope() -> None:
    here = Installation().release("2024-02", [("crimes", "kent", "2024-01", "2024-02")])
    here.quarantine("crimes", "kent", "2024-02")
    here.release("2024-02", [("crimes", "essex", "2024-01", "2024-01")]).quarantine("crimes", "essex", "2024-01")
    crimes = here.rows("crimes")
    assert (crimes["kent"], crimes["essex"]) == ("hq", "qd")


def test_months_from_the_api() -> None:
    """No archive covers what lies between them."""
    stops = Installation().api("stops", "kent", "2024-01", "2024-03").rows("stops")
    assert stops["kent"] == "hch"
    assert others(stops, "kent") == {"ooo"}


@pytest.mark.parametrize(
    ("scope", "kent", "essex"),
    [
        (ScopeChoice(), "hhh", "mmm"),
        (ScopeChoice(forces=frozenset({"kent"})), "hhh", "ooo"),
        # What is held is held, in the scope or out of it.
        (ScopeChoice(forces=frozenset({"essex"})), "hhh", "mmm"),
        (ScopeChoice(first=M("2024-02")), "hhh", "omm"),
        (ScopeChoice(last=M("2024-02")), "hhh", "mmo"),
        # Before the first release: no release covers it. After the newest one, nothing can be in any scope.
        (ScopeChoice(first=M("2023-12"), last=M("2030-12")), "chhh", "cmmm"),
        (ScopeChoice(datasets=frozenset({"stops"})), "hhh", "ooo"),
    ],
)
def test_a_scope_that_a_person_chose(scope: ScopeChoice, kent: str, essex: str) -> None:
    listed = everybody("crimes", "2024-01", "2024-03", but="essex")
    crimes = Installation(scope).release("2024-03", listed, whole=["crimes"]).rows("crimes")
    assert (crimes["kent"], crimes["essex"]) == (kent, essex)


def test_a_dataset_of_which_nothing_came_can_be_put_into_the_scope() -> None:
    here = Installation(ScopeChoice(datasets=frozenset({"crimes", "outcomes"})))
    outcomes = here.release("2024-02", [("crimes", "kent", "2024-01", "2024-02")]).rows("outcomes")
    assert outcomes["kent"] == "cc"
    assert others(outcomes, "kent", "northern-ireland") == {"oo"}


def test_nothing_before_publication_began_is_expected() -> None:
    here = Installation(ScopeChoice(first=M("2000-01")))
    crimes = here.release("2011-01", [("crimes", "kent", "2011-01", "2011-01")]).rows("crimes")
    assert crimes["kent"] == "ch"
