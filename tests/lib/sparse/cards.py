"""The cards of a dashboard, held against the truth of the question that each says it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tests.lib.sparse.asked import PLACES, Asked, number
from tests.lib.sparse.held import Held, is_among
from tests.lib.sparse.rows import Row

Card = Mapping[str, Any]
# A nought that is no count of what is held: "0 of 12 force-months" may be said.
_ZERO = re.compile(r"(?<![\d.,])(?<!\d of )0(\.0)?%?(?![\d.,]| of \d)")


def asked_of(question: str) -> list[Asked]:
    """The questions of a card's `question`, one for each measure that it counts."""
    dataset, _, rest = question.partition("?")
    parts = [tuple(part.split("=", 1)) for part in rest.split("&")]
    given = {name: unquote(value) for name, value in parts}
    plain = Asked(
        dataset,
        by=tuple(given["by"].split(",")) if "by" in given else (),
        where=tuple(unquote(value) for name, value in parts if name == "where"),
        first=given.get("from"),
        last=given.get("to"),
    )
    return [replace(plain, measure=measure) for measure in given["measure"].split(",")]


class Cards:
    """Holds one dashboard's answers against the truth. `surface` is the request that gave them, `view` its filters."""

    def __init__(self, held: Held, surface: str, view: Asked) -> None:
        self.held, self.oracle, self.surface, self.view = held, held.oracle, surface, view

    def all(self, cards: Mapping[str, Card]) -> None:
        for name, card in cards.items():
            if card.get("error"):
                self._fault("a card that fails", name, str(card["error"]))
            elif card.get("question"):
                check = _KINDS.get(card["kind"])
                if check is not None:
                    check(self, name, card, asked_of(card["question"]))

    def _fault(self, kind: str, name: str, text: str) -> None:
        self.held.fault(kind, f"{self.surface} card {name}", text)

    def figure(
        self,
        name: str,
        what: str,
        value: float | None,
        asked: Asked,
        records: Sequence[Row] | None = None,
        whole: Asked | None = None,
    ) -> None:
        """One figure of a card, which these records make up where they are known already; `whole` is the question that
        all of the card answers."""
        plain = replace(asked, by=())
        if not self.oracle.knows(plain):
            if value is not None and not self.oracle.held(plain):
                self._fault("a card's number for what is not known", name, f"says {what} {value}; nothing is held")
            return
        allowed = self.oracle.allowed(plain, self.oracle.matching(plain) if records is None else records, whole)
        if not is_among(value, allowed):
            kind = "a card's number for what is not known" if allowed == (None,) else "a card's wrong figure"
            if value is None:
                kind = "a card without a number that is known"
            true = "none" if allowed[0] is None else f"{allowed[0]:g}"
            self._fault(kind, name, f"says {what} {value}; true is {true}")

    def _groups(self, asked: Asked) -> dict[tuple[str, ...], list[Row]]:
        return self.oracle.groups(asked) if self.oracle.knows(asked) else {}

    def total(self, name: str, card: Card, asked: Sequence[Asked]) -> None:
        first, *others = asked
        self.figure(name, "value", card["value"], first)
        for one, told in zip(others, card["also"], strict=False):
            self.figure(name, told["measure"], told["value"], one)
        count = replace(first, measure="count")
        self.figure(name, "unlocated", card["unlocated"], replace(count, measure="unlocated"))
        self.figure(name, "located", card["located"], replace(count, where=(*count.where, "located=true")))
        self.reason(name, card, card["value"])

    def reason(self, name: str, card: Card, value: object) -> None:
        """Where there is no number, a sentence says why, and no summary has a nought in its place."""
        if value is not None:
            return
        if not card.get("reason"):
            self._fault("a card without a reason", name, "has no number and no reason")
        if _ZERO.search(card.get("summary") or ""):
            self._fault("a nought in a summary", name, f"says “{card['summary']}” of what is not known")

    def share(self, name: str, card: Card, asked: Sequence[Asked]) -> None:
        plain = replace(asked[0], by=())
        unknown = not self.oracle.held(plain) or (plain.joins and not self.oracle.others_could_say(plain))
        for part in ("share", "numerator", "denominator"):
            if unknown and card[part] is not None:
                self._fault("a card's number for what is not known", name, f"says {part} {card[part]}; true is none")
        self.reason(name, card, card["share"])

    def months(self, name: str, card: Card, asked: Sequence[Asked]) -> None:
        shown = card["months"]
        if (
            [number(month) for month in shown] != list(range(number(shown[0]), number(shown[-1]) + 1))
            if shown
            else False
        ):
            self._fault("months of a chart", name, f"shows {shown}: not every month")
        # Beside the months that are chosen their neighbours are drawn, with figures of their own.
        drawn = [replace(one, first=shown[0], last=shown[-1]) for one in asked] if shown else []
        units = self.oracle.units(drawn[0]) if shown else []
        groups, placed = self._groups(drawn[0] if shown else asked[0]), bool(asked[0].fields() & set(PLACES))
        for at, month in enumerate(shown):
            its = [unit for unit in units if unit[1] == month]
            there = sum(self.oracle.is_held(asked[0].dataset, unit) for unit in its)
            if (card["held"][at], card["expected"][at]) != (there, len(its)) and not placed:
                text = f"says {card['held'][at]} of {card['expected'][at]} held in {month}; {there} of {len(its)} are"
                self._fault("a month's coverage", name, text)
            if card["complete"][at] != (there == len(its) > 0):
                self._fault("a month's coverage", name, f"says complete: {card['complete'][at]} of {month}")
            for one, values in zip(drawn, card["values"], strict=False):
                self.figure(
                    name, month, values[at], self.oracle.of_row(one, {"month": month}), groups.get((month,), []), one
                )
        lacking = {month for _, month in self.oracle.units(asked[0])} - set(shown)
        if lacking:
            self._fault(
                "months of a chart", name, f"leaves out {len(lacking)} months that are asked, as {min(lacking)}"
            )

    def bars(self, name: str, card: Card, asked: Sequence[Asked]) -> None:
        one = asked[0]
        nothing, groups = not self.oracle.held(one), self._groups(one)
        rows = [*card["rows"], *([card["unknown"]] if isinstance(card["unknown"], dict) else [])]
        for row in rows:
            of_row = self.oracle.of_row(one, {one.by[0]: row["value"]})
            self.figure(name, row["label"], row["count"], of_row, groups.get((row["value"],), []), one)
            if "state" not in row:
                self._fault("a bar without coverage", name, f"{row['label']} says nothing of what is held of it")
            elif row["count"] is not None and row["held"] == 0:
                self._fault("a number with nothing held", name, f"{row['label']} {row['count']} beside held = 0")
            if row["count"] is None and (row.get("share") or row.get("rate")):
                self._fault("a share of what is not known", name, f"{row['label']} has a share or a rate")
        if nothing and card["rest"] and card["rest"]["count"] is not None:
            self._fault("a card's number for what is not known", name, f"says {card['rest']['count']} for the rest")
        if nothing and card["total"] is not None:
            self._fault("a card's number for what is not known", name, f"says total {card['total']}; nothing is held")
        self.last(name, [row["count"] for row in card["rows"]])
        if nothing:
            self.reason(name, card, None)

    def last(self, name: str, counts: Sequence[float | None]) -> None:
        known = [count for count in counts if count is not None]
        if list(counts[: len(known)]) != known:
            self._fault("the order of a ranking", name, "has rows without a value before rows with one")

    def hours(self, name: str, card: Card, asked: Sequence[Asked]) -> None:
        if not self.oracle.held(asked[0]):
            if any(hour is not None for hour in card["hours"]) or card["total"] is not None:
                text = f"says {card['hours']} and total {card['total']}; nothing is held"
                self._fault("a card's number for what is not known", name, text)
            self.reason(name, card, None)

    def latest(self, name: str, card: Card, asked: Sequence[Asked]) -> None:
        if card["month"] is None or card["value"] is None:
            return
        whole = replace(asked[0], by=(), first=card["month"], last=card["month"])
        if not self.oracle.held(whole):
            text = f"says {card['value']} for {card['month']}, of which nothing is held"
            self._fault("a card's number for what is not known", name, text)
        for part in ("before", "year_before"):
            compared = card.get(part) or {}
            month = compared.get("month")
            if compared.get("value") is not None and not self.oracle.held(replace(whole, first=month, last=month)):
                text = f"compares with {compared['value']} of {month}, of which nothing is held"
                self._fault("a card's number for what is not known", name, text)

    def map(self, name: str, card: Card, asked: Sequence[Asked]) -> None:
        # The map shows all areas, whichever of them is chosen; its totals keep the choice.
        located, chosen = asked[0], replace(self.view, dataset=asked[0].dataset)
        self.figure(name, "of", card["of"], chosen)
        self.figure(name, "total", card["total"], replace(chosen, where=(*chosen.where, "located=true")))
        self.figure(name, "unlocated", card["unlocated"], replace(chosen, where=(*chosen.where, "located=false")))
        groups = self._groups(located)
        for row in (card["areas"] or {"rows": []})["rows"]:
            of_row = self.oracle.of_row(located, {"local_authority": row["name"]})
            self.figure(name, row["name"], row["count"], of_row, groups.get((row["name"],), []), located)
            if row["count"] is None and row["rate"] is not None:
                self._fault("a rate of what is not known", name, f"{row['name']} has a rate of {row['rate']}")
            if "state" not in row or "located_share" not in row:
                self._fault("an area without coverage", name, f"{row['name']} has no state or no located share")


_KINDS: dict[str, Callable[[Cards, str, Card, Sequence[Asked]], None]] = {
    "total": Cards.total,
    "share": Cards.share,
    "months": Cards.months,
    "bars": Cards.bars,
    "hours": Cards.hours,
    "latest": Cards.latest,
    "map": Cards.map,
}
