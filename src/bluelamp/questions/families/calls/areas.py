"""The areas that feeds state, each with a page of its own: divisions and beats, by feed and name. Called by `web`.

They are words of the feed: nobody says here where they end, so they have no outline, no residents and no neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bluelamp.domain.page import path_to
from bluelamp.errors import NoSuchThing
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model.suggestions import near

KINDS = ("division", "beat")
DASHBOARD = "calls-area"  # whose cards its page shows


@dataclass(frozen=True, slots=True)
class CallsArea:
    """A division or a beat of one feed. `within` is the division that most calls of a beat lie in."""

    kind: str
    feed: str
    name: str
    within: str = ""

    @property
    def path(self) -> str:
        return path_to("area", kind=self.kind, feed=self.feed, name=self.name)

    @property
    def where(self) -> list[str]:
        return [f"feed={self.feed}", f"{self.kind}={self.name}"]


def areas_of(version: CallsVersion) -> list[CallsArea]:
    """Every division and beat of every feed, in the order of kinds, feeds and names."""
    return version.once("areas", lambda: _read(version))


def _read(version: CallsVersion) -> list[CallsArea]:
    table, given = version.reading(version.files)
    divisions = version.rows(
        f"SELECT DISTINCT r.feed, r.division FROM {table} AS r WHERE r.division <> '' ORDER BY ALL",  # noqa: S608 - ours
        given,
        light=False,
    )
    beats = version.rows(
        "SELECT feed, beat, arg_max(division, (n, division)) FROM (SELECT r.feed, r.beat, coalesce(r.division, '') AS "  # noqa: S608 - ours
        f"division, count(*) AS n FROM {table} AS r WHERE r.beat <> '' GROUP BY ALL) GROUP BY ALL ORDER BY ALL",
        given,
        light=False,
    )
    return [CallsArea("division", *row) for row in divisions] + [CallsArea("beat", *row) for row in beats]


def find_area(version: CallsVersion, kind: str, feed: str, wanted: str) -> CallsArea:
    """By its name in any case. Raises NoSuchThing with near ones."""
    if feed not in version.feeds:
        raise NoSuchThing(f"There is no closed day of a feed “{feed[:60]}”.", near(feed, version.feeds))
    those = [one for one in areas_of(version) if (one.kind, one.feed) == (kind, feed)]
    for one in those:
        if one.name.casefold() == wanted.casefold():
            return one
    raise NoSuchThing(
        f"{version.feeds[feed].title} has no {kind} “{wanted[:80]}” on closed days.",
        near(wanted, [one.name for one in those]),
    )


def profile(version: CallsVersion, area: CallsArea) -> dict[str, Any]:
    """What stands at the head of its page, in the form of every area."""
    within = next(
        (one for one in areas_of(version) if (one.kind, one.feed, one.name) == ("division", area.feed, area.within)),
        None,
    )
    return {
        "kind": area.kind,
        "id": f"{area.feed}/{area.name}",
        "name": area.name,
        "force": None,
        "residents": None,
        "residents_words": "",
        "bounds": None,
        "where": area.where,
        "compare": None,
        "dashboard": DASHBOARD,
        "feed": {"name": area.feed, "title": version.feeds[area.feed].title, "path": path_to("live", feed=area.feed)},
        "within": {"kind": "division", "name": within.name, "path": within.path} if within is not None else None,
    }


def places_of(version: CallsVersion, wanted: str, limit: int = 8) -> list[dict[str, Any]]:
    """The divisions and beats whose name has the wanted words, in the form of every place that is found."""
    word = wanted.casefold().strip()
    found = [one for one in areas_of(version) if word and word in one.name.casefold()]
    found.sort(key=lambda one: (not one.name.casefold().startswith(word), KINDS.index(one.kind), one.name, one.feed))
    return [
        {
            "kind": one.kind,
            "id": f"{one.feed}/{one.name}",
            "name": f"{one.name}, {version.feeds[one.feed].title}",
            "path": one.path,
        }
        for one in found[:limit]
    ]
