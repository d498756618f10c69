"""A browser as the API asks it to be: it loads the calls, follows the stream, and does what each event says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bluelamp.domain.call import Call
from bluelamp.domain.change import apply


@dataclass
class Told:
    """One event as a browser gives it to a page."""

    kind: str
    data: Any
    id: str


def events(stream: bytes) -> Iterator[Told]:
    """The events of a stream's bytes; blocks without data are none."""
    for block in stream.decode().split("\n\n"):
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            assert name not in fields or not name, f"a field comes twice: {block}"
            fields[name] = value
        if "data" in fields:
            yield Told(fields["event"], json.loads(fields["data"]), fields.get("id", ""))


@dataclass
class Page:
    """The calls that a page shows, by id."""

    calls: dict[str, Call] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)

    def load(self, calls: Iterable[Call]) -> None:
        self.calls = {call["id"]: call for call in calls}

    def take(self, told: Told) -> None:
        change = told.data
        self.seen.append(change["seq"])
        if told.kind == "removed":
            del self.calls[change["call"]]
        elif told.kind == "entered":
            assert change["call"] not in self.calls
            self.calls[change["call"]] = change["details"]
        else:
            if told.kind in ("opened", "reopened"):
                assert change["call"] not in self.calls
            after = apply(self.calls.get(change["call"]), change)
            if after["ended"]:
                del self.calls[change["call"]]
            else:
                self.calls[change["call"]] = after
