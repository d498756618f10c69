"""What was said, held against what is true: each fault is a sentence that names the archive, the surface, what was said
and what is so. Faults come in kinds, so that one mistake in a thousand places is told once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.lib.sparse.asked import PLACES, Asked, Unit
from tests.lib.sparse.rows import Row
from tests.lib.sparse.said import Said, SaidRow
from tests.lib.sparse.truth import Oracle

TIMES_AND_FORCES = ("month", "year", "force")
_EXAMPLES = 6
Groups = dict[tuple[str, ...], list[Row]]


@dataclass(frozen=True)
class Fault:
    """One thing that is said and not so."""

    kind: str
    archive: str
    surface: str
    text: str

    def __str__(self) -> str:
        return f"[{self.archive}] {self.surface}: {self.text}"


def report(faults: Sequence[Fault]) -> str:
    """All faults by kind, with the first few of each."""
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault.kind, []).append(fault)
    parts = []
    for kind, its in sorted(kinds.items(), key=lambda one: -len(one[1])):
        shown = [f"  {fault}" for fault in its[:_EXAMPLES]]
        more = [f"  … and {len(its) - _EXAMPLES} more"] if len(its) > _EXAMPLES else []
        parts.append("\n".join([f"{kind}: {len(its)}", *shown, *more]))
    return "\n\n".join(parts)


class Held:
    """Holds answers against one archive's truth."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.faults: list[Fault] = []

    def fail(self) -> None:
        """Fails the test where anything was said that is not so."""
        if self.faults:
            pytest.fail(report(self.faults), pytrace=False)

    def fault(self, kind: str, surface: str, text: str) -> None:
        self.faults.append(Fault(kind, self.oracle.truth.archive.name, surface, text))

    def answer(self, said: Said) -> None:
        """All of one answer: its coverage, its rows, the rows that it lacks, their order."""
        self.coverage(said)
        if self.oracle.knows(said.asked):
            groups = self.oracle.groups(said.asked)
            for row in said.rows:
                self.row(said, row, groups.get(tuple(row.key.values()), []))
            self.lacking(said, groups)
        else:
            self.rows_of_the_unknown(said)
        self.order(said)

    def coverage(self, said: Said) -> None:
        """Of the whole answer."""
        if said.expected is None:
            return
        units, held = self.oracle.units(said.asked), self.oracle.held(said.asked)
        whole = len(units) == len(held) > 0
        if said.asked.joins:
            whole = whole and all(self.oracle.is_held(said.asked.other, unit) for unit in units)
        elif (said.held, said.expected) != (len(held), len(units)):
            self.fault(
                "coverage of an answer", said.surface,
                f"says {said.held} of {said.expected} force-months held; {len(held)} of {len(units)} are",
            )  # fmt: skip
        if said.complete != whole:
            self.fault("complete", said.surface, f"says complete: {said.complete}; it is {whole}")

    def row(self, said: Said, row: SaidRow, records: Sequence[Row]) -> None:
        """Its figure, which these records make up, and its own coverage."""
        asked = self.oracle.of_row(said.asked, row.key)
        told = f"{_named(row.key)} {_figure(row.value)}"
        allowed = self.oracle.allowed(asked, records, said.asked)
        if not is_among(row.value, allowed):
            kind = "a number for what is not known" if allowed == (None,) else "a wrong figure"
            if row.value is None:
                kind = "no number for what is known"
            self.fault(kind, said.surface, f"says {told}; true is {_figure(allowed[0])}")
        self.row_coverage(said, row, asked, told)

    def row_coverage(self, said: Said, row: SaidRow, asked: Asked, told: str) -> None:
        if row.bare:
            if said.asked.by:
                self.fault("a row without coverage", said.surface, f"{told} says nothing of what is held of it")
            return
        units, held = self.oracle.units(asked), self.oracle.held(asked)
        plain = set(said.asked.by) <= set(TIMES_AND_FORCES) and not said.asked.joins and not _is_placed(said.asked)
        if plain and (row.held, row.expected) != (len(held), len(units)):
            text = f"{told} says {row.held} of {row.expected} held; {len(held)} of {len(units)} are"
            self.fault("coverage of a row", said.surface, text)
        if row.state not in self._states(asked, units, held):
            self.fault(
                "state of a row", said.surface, f"{told} says “{row.state}”; {len(held)} of {len(units)} are held"
            )
        if row.value is not None and row.held == 0:
            self.fault("a number with nothing held", said.surface, f"{told} stands beside held = 0")
        if row.located_share is not None and not 0 <= row.located_share <= 1:
            self.fault("located share", said.surface, f"{told} says a located share of {row.located_share}")

    def _states(self, asked: Asked, units: Sequence[Unit], held: Sequence[Unit]) -> set[str]:
        """What the state of a row may be called."""
        if asked.joins or _is_placed(asked):
            both = (asked.dataset, asked.other) if asked.joins else (asked.dataset,)
            reasons = {self.oracle.state(name, *unit) for unit in units for name in both}
            reasons |= set() if units else {self.oracle.why_nobody(asked)}
            return {"complete", "part", "few located", "none located", *reasons} - ({"complete"} if not held else set())
        if held:
            return {"complete"} if len(held) == len(units) else {"part"}
        return {self.oracle.state(asked.dataset, *unit) for unit in units} or {self.oracle.why_nobody(asked)}

    # -- rows that should be there -------------------------------------------------------------------------------

    def lacking(self, said: Said, groups: Groups) -> None:
        """Every month, year and force that is asked has a row; so has every word that the records have."""
        if not said.asked.by:
            if len(said.rows) != 1:
                self.fault("rows of a figure", said.surface, f"has {len(said.rows)} rows instead of one figure")
            return
        there = Counter(tuple(row.key.values()) for row in said.rows)
        for key in self._wanted(said.asked, groups):
            if key not in there:
                self.fault("a row that is absent", said.surface, f"has no row for {' '.join(key)}")
        for key in (key for key, times in there.items() if times > 1):
            self.fault("a row twice", said.surface, f"has {' '.join(key)} twice")

    def _wanted(self, asked: Asked, groups: Groups) -> Iterator[tuple[str, ...]]:
        if set(asked.by) <= set(TIMES_AND_FORCES):
            named = ({"month": month, "year": month[:4], "force": force} for force, month in self.oracle.units(asked))
            yield from sorted({tuple(one[name] for name in asked.by) for one in named})
            return
        for key, records in groups.items():
            whole = self.oracle.of_row(asked, dict(zip(asked.by, key, strict=True)))
            if None not in self.oracle.allowed(whole, records, asked):
                yield key

    def rows_of_the_unknown(self, said: Said) -> None:
        """By fields that the truth does not count: no number where nothing is held, and no row without coverage."""
        if not self.oracle.held(said.asked):
            for row in said.rows:
                if row.value is not None:
                    text = f"says {_named(row.key)} {_figure(row.value)}; nothing is held"
                    self.fault("a number for what is not known", said.surface, text)
        for row in said.rows[:1]:
            if row.bare:
                text = f"{_named(row.key)} says nothing of what is held of it"
                self.fault("a row without coverage", said.surface, text)

    def order(self, said: Said) -> None:
        """In a ranking rows without a value stand last, and before them those that are held much worse than the best:
        within each part the order is the one that was asked for."""
        if said.asked.order.lstrip("-") != said.asked.measure:
            return
        ranked = said.asked.by and said.asked.by[0] in (*PLACES, "force")
        parts = [_part(row, said.rows if ranked else [row]) for row in said.rows]
        if parts != sorted(parts):
            text = "does not set apart what is hardly held, and last what is not known"
            self.fault("the order of a ranking", said.surface, text)
        for part in (0, 1):
            known = [row.value for row, its in zip(said.rows, parts, strict=True) if its == part]
            if known != sorted(known, reverse=said.asked.order.startswith("-")):  # type: ignore[type-var]
                self.fault("the order of a ranking", said.surface, "is not in the order that was asked for")

    # -- surfaces beside each other ------------------------------------------------------------------------------

    def same(self, one: Said, other: Said) -> None:
        """Two surfaces that were asked the same say the same, row by row."""
        first, second = _by_key(one), _by_key(other)
        for key in {**first, **second}:
            ours, theirs = first.get(key), second.get(key)
            if ours is None or theirs is None:
                self.fault("two surfaces", other.surface, f"{' '.join(key)} is in one of it and {one.surface} alone")
            elif _facts(ours) != _facts(theirs):
                self.fault(
                    "two surfaces", other.surface,
                    f"{_named(theirs.key)} is {_facts(theirs)} here, and {_facts(ours)} in {one.surface}",
                )  # fmt: skip


def _is_placed(asked: Asked) -> bool:
    return any(one.startswith(PLACES) for one in asked.where)


def _by_key(said: Said) -> dict[tuple[str, ...], SaidRow]:
    return {tuple(row.key.values()): row for row in said.rows}


def _facts(row: SaidRow) -> tuple[object, ...]:
    return (row.value, row.held, row.expected, row.state)


def is_among(value: float | None, allowed: Sequence[float | None]) -> bool:
    for one in allowed:
        if one is None or value is None:
            if one is value:
                return True
        elif math.isnan(one) or abs(one - value) < 1e-9:
            return True
    return False


def _named(key: dict[str, str]) -> str:
    return " ".join(key.values()) or "the figure"


def _figure(value: float | None) -> str:
    if value is None:
        return "none"
    return "some number" if math.isnan(value) else f"{value:g}"


def _part(row: SaidRow, rows: Sequence[SaidRow]) -> int:
    """0 for a row that may be compared, 1 for one that is held much worse than the best of them, 2 for one that is not
    known."""
    if row.value is None:
        return 2
    best = (
        max((one.held or 0) / one.expected for one in rows if one.expected) if any(one.expected for one in rows) else 0
    )
    share = (row.held or 0) / row.expected if row.expected else 0
    return int(share < 0.9 * best or row.state == "few located")
