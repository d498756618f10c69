"""Dashboards as code: the shipped YAML files of this folder, and those that an installation adds. Read by `web` at
start.

A dashboard is a list of cards; a card is a question and how it is shown. What is wrong in a file is told with its name
and line before anything is served.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bluelamp.errors import BluelampError, SettingsError, UsageError
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.parsing import make_question
from bluelamp.questions.registry import datasets, family_of

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
# The dashboards whose area is a filter of all their cards: shown on the pages of areas only.
_AREA_PAGES = frozenset({"area", "calls-area"})
# Pages of the site that a dashboard must not hide.
RESERVED = {
    "api",
    "area",
    "assets",
    "data",
    "embed",
    "records",
    "record",
    "terms",
    "live",
    "d",
    "healthz",
    "readyz",
    "metrics",
}

Kind = Literal["total", "latest", "months", "days", "bars", "hours", "week", "share", "median", "map", "text"]
KIND_WORDS = {
    "total": "all records under the filters as one figure; `also` stands beside it",
    "latest": "the latest month beside the one before and the same month a year before, over the same forces; "
    "of calls, the newest closed day beside the day before and the same weekday before",
    "months": "one or several measures by month, with what is missing hatched",
    "days": "one or several measures by day, with what is missing hatched; calls only",
    "bars": "a measure by a field, the largest first, what is not recorded last",
    "hours": "a measure by the hour of the day; stops and calls only",
    "week": "a measure by hour and day of the week, for each hour that was watched; calls only",
    "share": "one measure as a share of the sum of others (`of`)",
    "median": "a median of minutes with the least and the most that it can be, and what it is of (`of`); calls only",
    "map": "every record on a map, and by local authority far out (calls: by squares)",
    "text": "words of your own",
}
DASHBOARD_WORDS = {
    "title": "what stands at its head",
    "nav": "its word in the navigation; left out, it has an address and no place there",
    "order": "where it stands in the navigation; the shipped ones have 1 to 4",
    "lead": "a sentence under the title",
    "dataset": "crimes, outcomes, stops, calls or incidents: what its cards are about where they do not say otherwise",
    "filters": "the fields of the filter row",
    "cards": "the cards, in order",
}
CARD_WORDS = {
    "name": "small letters, digits and hyphens; part of the address of its embed",
    "kind": "one of the kinds below",
    "title": "what it counts, in plain words",
    "help": "a sentence that says how to read it",
    "dataset": "where it is not the dashboard's",
    "measure": "what to count",
    "measures": "what to count, several; for months and days",
    "also": "measures beside the total",
    "by": "the field of bars",
    "of": "the measures that a share is taken of",
    "rate": "a rate beside the counts, for bars by local_authority",
    "where": "filters of its own, as FIELD=VALUE or FIELD!=VALUE",
    "words": "what the share is of, in words",
    "text": "the words of a card of kind text",
    "limit": "how many bars",
    "width": "columns of a grid of 24, on a wide screen",
}


class CardSpec(BaseModel):
    """One card. `where` are filters of its own, beside those of the page; `width` is in columns of a grid of 24."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=_NAME.pattern)
    kind: Kind
    title: str = Field(min_length=1, max_length=120)
    help: str = ""
    dataset: str = ""
    measure: str = ""
    measures: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    by: str = ""
    of: tuple[str, ...] = ()
    rate: str = ""
    where: tuple[str, ...] = ()
    words: str = ""
    text: str = ""
    limit: int = Field(default=12, ge=1, le=60)
    width: int = Field(default=12, ge=4, le=24)

    @property
    def spec(self) -> DatasetSpec:
        return datasets()[self.dataset]


class DashboardSpec(BaseModel):
    """One dashboard. `nav` is its word in the navigation, empty for none; `filters` stand in the filter row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    title: str = Field(min_length=1, max_length=80)
    nav: str = ""
    order: int = 50
    lead: str = ""
    dataset: str
    filters: tuple[str, ...] = ()
    cards: tuple[CardSpec, ...] = Field(min_length=1)

    @property
    def spec(self) -> DatasetSpec:
        return datasets()[self.dataset]

    @property
    def about_area(self) -> bool:
        """Whether it is shown on the pages of areas only: its cards are about the area that their filters name."""
        return self.name in _AREA_PAGES

    def card(self, name: str) -> CardSpec:
        """Raises UsageError for a card that it does not have."""
        for card in self.cards:
            if card.name == name:
                return card
        close = difflib.get_close_matches(name, [card.name for card in self.cards], n=1)
        raise UsageError(
            f"The dashboard {self.name} has no card “{name}”.", f"Did you mean {close[0]}?" if close else ""
        )


def read_dashboards(own: Path | None = None) -> dict[str, DashboardSpec]:
    """All dashboards by name, in the order of the navigation. `own` is a folder that an installation adds; a file there
    takes the place of a shipped one with its name. Raises SettingsError that names file and line."""
    found = dict(_shipped_dashboards())
    for path in sorted(own.glob("*.y*ml")) if own is not None and own.is_dir() else ():
        if path.stem in RESERVED or not _NAME.fullmatch(path.stem):
            raise SettingsError(
                f"{path} cannot name a dashboard.", "Use small letters, digits and hyphens, and no page's own name."
            )
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}.") from None
        found[path.stem] = read_dashboard(path.stem, text, str(path))
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


@cache
def _shipped_dashboards() -> Mapping[str, DashboardSpec]:
    """The shipped dashboards by name, read once for a process."""
    return {
        name: read_dashboard(name, entry.read_text(encoding="utf-8"), entry.name)
        for entry in resources.files(__package__).iterdir()
        if (name := entry.name.removesuffix(".yaml")) != entry.name
    }


def read_dashboard(name: str, text: str, file: str) -> DashboardSpec:
    """One dashboard from its text. Raises SettingsError that names `file` and the line."""
    try:
        node, data = _parse(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise SettingsError(f"{file}{line}: this is not YAML: {problem}.") from None
    if not isinstance(data, dict) or node is None:
        raise SettingsError(f"{file}: a dashboard is a mapping that begins with `title:`.")
    try:
        dashboard = DashboardSpec(**_with_defaults(data, name))
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{file}, line {_line(node, first['loc'])}: {_message(first)}") from None
    for loc, problem in _problems(dashboard):
        raise SettingsError(f"{file}, line {_line(node, loc)}: {problem}")
    return dashboard


def _parse(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of a text, which know their lines, and its plain values. Raises YAMLError."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _with_defaults(data: dict[Any, Any], name: str) -> dict[str, Any]:
    """A card is of the dashboard's own dataset unless it says otherwise."""
    cards = data.get("cards")
    if isinstance(cards, list):
        own = data.get("dataset", "")
        cards = [{"dataset": own, **card} if isinstance(card, dict) else card for card in cards]
    return {**{str(key): value for key, value in data.items()}, "cards": cards, "name": name}


def _message(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
    if problem["type"] == "extra_forbidden":
        known = [*DashboardSpec.model_fields, *CardSpec.model_fields]
        close = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1)
        return f"there is no “{where}” here." + (f" Did you mean {close[0]}?" if close else "")
    if problem["type"] == "missing":
        return f"“{where}” is missing."
    return f"“{where}”: {problem['msg'].removeprefix('Value error, ')}."


Loc = tuple[str | int, ...]


def _problems(dashboard: DashboardSpec) -> Iterator[tuple[Loc, str]]:
    """What is wrong with words that only the datasets know."""
    if dashboard.dataset not in datasets():
        yield ("dataset",), f"there is no dataset “{dashboard.dataset}”; there are {', '.join(datasets())}."
        return
    for at, name in enumerate(dashboard.filters):
        if dashboard.spec.dimension(name) is None:
            yield ("filters", at), f"{dashboard.dataset} cannot be filtered by “{name}”."
    names = [card.name for card in dashboard.cards]
    for at, card in enumerate(dashboard.cards):
        if names.index(card.name) < at:
            yield ("cards", at, "name"), f"two cards are named “{card.name}”."
        if card.dataset not in datasets():
            yield ("cards", at, "dataset"), f"there is no dataset “{card.dataset}”; there are {', '.join(datasets())}."
            continue
        if card.kind not in family_of(card.spec).cards:
            yield ("cards", at, "kind"), f"a card of kind {card.kind} can only be about {_datasets_with(card.kind)}."
        if card.spec.family is not dashboard.spec.family:
            yield ("cards", at, "dataset"), f"{card.dataset} cannot stand on one dashboard with {dashboard.dataset}."
        for needed in _NEEDS.get(card.kind, ()):
            if not getattr(card, needed):
                yield ("cards", at), f"the card “{card.name}” of kind {card.kind} needs `{needed}`."
        rates = [card.rate] if card.rate else []
        for field, measures, by in (
            ("measure", [card.measure], []),
            ("measures", card.measures, []),
            ("also", card.also, []),
            ("of", card.of, []),
            ("rate", rates, ["local_authority"] if rates else []),
            ("by", [], [card.by]),
            ("where", [], []),
        ):
            try:
                make_question(card.dataset, measures=[one for one in measures if one], by=[one for one in by if one],
                              where=card.where if field == "where" else ())  # fmt: skip
            except BluelampError as error:
                yield ("cards", at, field), str(error)


def _datasets_with(kind: str) -> str:
    """The datasets that a kind of card can be about, in words."""
    names = [name for name, spec in datasets().items() if kind in family_of(spec).cards]
    return " or ".join(names)


_NEEDS = {
    "total": ("measure",),
    "latest": ("measure",),
    "months": ("measures",),
    "days": ("measures",),
    "bars": ("measure", "by"),
    "hours": ("measure",),
    "week": ("measure",),
    "share": ("measure", "of"),
    "median": ("measure", "of"),
    "text": ("text",),
}


def _line(node: yaml.Node, loc: Loc) -> int:
    """The line on which what `loc` names begins, or the nearest thing around it."""
    for part in loc:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    found = value if isinstance(value, yaml.MappingNode | yaml.SequenceNode) else key
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = node.value[part]
        if found is None:
            break
        node = found
    return int(node.start_mark.line) + 1
