"""The publisher of the synthetic city's feed: the answer that a poll gets, fault and all, as Socrata would give it.

Pure; called by `server`, and by tests that need no network."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.faults import SHOWING, SILENT, SOUND, Planned
from bluelamp.synthetic.city.model import Pair, SyntheticCity

EVERY = timedelta(minutes=2)  # between two publications
_COLUMNS = (
    "incident_number", "division", "nature_of_call", "priority", "date", "time", "unit_number", "block", "location",
    "beat", "reporting_area", "status",
)  # fmt: skip
_JSON = "application/json;charset=utf-8"
_NO_ROWS: tuple[Any, ...] = (None, 7, "row", {"status": "At Scene"}, {})
_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Be right back</title></head>\n"
    b"<body><p>The portal is being looked after.</p></body></html>\n"
)
Rows = list[Any]


@dataclass(frozen=True, slots=True)
class CityResponse:
    """One answer. `rows` are there where the body is a list, so that it can be sent page by page; `shown` are the calls
    and units that can be read in it, `about` is the publication that they are of. With `cut` half the body is sent,
    with `hang` nothing ever is."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    rows: Rows | None = None
    shown: frozenset[Pair] = frozenset()
    about: int = 0
    cut: bool = False
    hang: bool = False


class Publisher:
    """Publishes a city from a moment on (aware): publication 0 is of then, each later one `every` after the one before.
    Answers are a function of the city, the plan and the number of the publication."""

    def __init__(self, city: SyntheticCity, start: datetime, *, every: timedelta = EVERY) -> None:
        self.city, self.start, self.every = city, start, every

    def moment(self, publication: int) -> datetime:
        return self.start + publication * self.every

    def at(self, plan: Sequence[Planned], poll: int) -> CityResponse:
        """The answer to a poll, where each poll meets a new publication. Polls after the plan's end are sound."""
        planned = _planned(plan, poll)
        if planned.kind != "repeated":
            return self.answer(planned, poll)
        before = next((one for one in range(poll - 1, -1, -1) if _planned(plan, one).kind in SHOWING), None)
        return self.answer(Planned(), poll) if before is None else self.answer(_planned(plan, before), before)

    def answer(self, planned: Planned, publication: int) -> CityResponse:
        """The answer that meets a fault while a publication is the newest; not for `repeated`, which is another one's
        answer."""
        chance = random.Random(key(self.city.seed, "answer", publication, planned.kind))
        if planned.kind in SILENT - {"late", "cut", "half"}:
            return _silent(planned.kind, chance)
        about = max(publication - planned.back, 0)
        # What is late states its own age, what is out of date that of the truth that it lags behind.
        version = about if planned.kind == "late" else publication
        sent, shown = _damaged(planned, self.city.snapshot(self.moment(about)), chance)
        body = written(sent)
        headers = self._headers(version, planned, body)
        if planned.kind == "half":
            return CityResponse(headers=headers, body=body[: len(body) // 2], about=about)
        if planned.kind == "cut":
            return CityResponse(headers=headers, body=body, about=about, cut=True)
        return CityResponse(headers=headers, body=body, rows=sent, shown=shown, about=about)

    def _headers(self, version: int, planned: Planned, body: bytes) -> dict[str, str]:
        when = self.moment(version) + (timedelta(hours=1) if planned.kind == "skewed" else timedelta())
        stated = format_datetime(when.astimezone(UTC).replace(microsecond=0), usegmt=True)
        columns = [name for name in _COLUMNS if name not in planned.gone]
        return {
            "Content-Type": _JSON,
            "ETag": f'W/"{hashlib.sha256(stated.encode() + body).hexdigest()[:24]}"',
            "Last-Modified": stated,
            "X-SODA2-Truth-Last-Modified": stated,
            "X-SODA2-Secondary-Last-Modified": stated,
            "X-SODA2-Data-Out-Of-Date": "true" if planned.kind == "out_of_date" else "false",
            "X-SODA2-Fields": json.dumps(columns, separators=(",", ":")),
            "X-SODA2-Types": json.dumps(["text"] * len(columns), separators=(",", ":")),
        }


def written(rows: Rows) -> bytes:
    """A list of rows as Socrata writes it, one a line."""
    texts = [json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows]
    return f"[{chr(10).join(text if not number else f',{text}' for number, text in enumerate(texts))}]\n".encode()


def _planned(plan: Sequence[Planned], poll: int) -> Planned:
    return plan[poll] if poll < len(plan) else Planned()


def _silent(kind: str, chance: random.Random) -> CityResponse:
    if kind == "too_many":
        headers = {"Content-Type": _JSON, "Retry-After": str(chance.choice((1, 2)))}
        return CityResponse(429, headers, b'{"code":"throttled","error":true,"message":"Too many requests."}\n')
    if kind == "failing":
        return CityResponse(chance.choice((500, 502, 503)), {"Content-Type": "text/plain"}, b"internal error\n")
    if kind == "html":
        return CityResponse(200, {"Content-Type": "text/html;charset=utf-8"}, _PAGE)
    if kind == "wrong_type":
        body = chance.choice((b'{"error":true,"message":"An error occurred"}\n', b"null\n", b'"[]"\n', b"0\n"))
        return CityResponse(200, {"Content-Type": _JSON}, body)
    if kind == "garbled":
        return CityResponse(200, {"Content-Type": _JSON}, b"[\xc3\x28\xa0\xa1\xfe" + chance.randbytes(400))
    assert kind == "hang", kind
    return CityResponse(hang=True)


def _damaged(planned: Planned, rows: list[dict[str, str]], chance: random.Random) -> tuple[Rows, frozenset[Pair]]:
    """What is sent of the rows, and which calls and units can be read in it."""
    pairs = [(row["incident_number"], row["unit_number"]) for row in rows]
    sent: list[dict[str, Any]] = [
        {name: value for name, value in row.items() if name not in planned.gone} for row in rows
    ]
    if planned.kind == "empty":
        return [], frozenset()
    if planned.kind in ("truncated", "thinned"):
        kept = _kept(planned.kind, len(rows), chance)
        return [sent[number] for number in kept], frozenset(pairs[number] for number in kept)
    if planned.kind in ("spoiled", "unreadable"):
        share = 0.05 if planned.kind == "spoiled" else 0.34
        bad = set(chance.sample(range(len(rows)), int(share * len(rows))))
        spoiled: Rows = [chance.choice(_NO_ROWS) if number in bad else row for number, row in enumerate(sent)]
        return spoiled, frozenset(pair for number, pair in enumerate(pairs) if number not in bad)
    if planned.kind == "duplicated":
        return [row for row in sent for _ in range(chance.choice((1, 1, 2, 3)))], frozenset(pairs)
    if planned.kind == "reordered":
        return [_dressed(row, chance) for row in chance.sample(sent, len(sent))], frozenset(pairs)
    return list(sent), frozenset(pairs)


def _kept(kind: str, count: int, chance: random.Random) -> list[int]:
    if kind == "truncated":
        return list(range(int(count * chance.uniform(0.1, 0.3))))
    return sorted(chance.sample(range(count), int(count * chance.uniform(0.5, 0.9))))


def _dressed(row: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same row in another dress."""
    names = list(row)
    chance.shuffle(names)
    dressed = {name: row[name] for name in names}
    if dressed.get("block"):
        dressed["block"] = dressed["block"].zfill(5)
    elif "location" in dressed:
        dressed["block"] = None
    if "location" in dressed and chance.random() < 0.3:
        dressed["location"] = f" {dressed['location'].replace(' ', '  ')} "
    return dressed


def is_sound(planned: Planned) -> bool:
    """Whether nothing at all is wrong with a poll."""
    return planned.kind == SOUND and not planned.gone
