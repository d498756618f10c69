"""Whatever a publisher sends, no call ends by it, and the next good answer is taken as if nothing had been."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bluelamp.domain.guard import Stated
from bluelamp.domain.moment import parse_moment
from bluelamp.sources.feeds.agency import Agency, read_agency_file
from bluelamp.sources.feeds.reading import read
from bluelamp.storage.live.log_writer import Step
from tests.lib.live.feed_in_memory import MemoryFeed
from tests.lib.live.home import FEED, answer, make_home, minute, unit

_ROWS = [unit(number, f"U{number}") for number in range(12)]
_GOOD = json.dumps(_ROWS).encode()
_CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.just("\ud800"), st.just(10**400),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)  # fmt: skip
_ODD_ROWS = st.lists(
    st.one_of(
        st.sampled_from(_ROWS),
        _CELLS,
        st.dictionaries(st.sampled_from([*_ROWS[0], "extra", "", "__proto__"]), _CELLS, max_size=8),
    ),
    max_size=40,
)


def _damaged(cut: tuple[int, int, bytes]) -> bytes:
    first, last, instead = cut
    return _GOOD[:first] + instead + _GOOD[last:]


_ANSWERS = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    _ODD_ROWS.map(lambda rows: json.dumps(rows).encode()),
    st.tuples(st.integers(0, len(_GOOD)), st.integers(0, len(_GOOD)), st.binary(max_size=6)).map(_damaged),
    st.integers(0, 12).map(lambda kept: json.dumps(_ROWS[:kept]).encode()),
    st.integers(2, 10).map(lambda times: json.dumps(_ROWS * times).encode()),
)


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    home: Path = tmp_path_factory.mktemp("home")
    make_home(home)
    return read_agency_file(home / "feeds" / f"{FEED}.toml")


class Fed(MemoryFeed):
    """Takes bytes in, as the flow does."""

    def __init__(self, agency: Agency) -> None:
        super().__init__(agency.rules)
        self.agency = agency

    def take(self, body: bytes, *, salt: str = "") -> Step:
        self.minutes += 2
        at = minute(self.minutes)
        stated = Stated(at, 200, body=hashlib.sha256(body + salt.encode()).hexdigest())
        return self._take(stated, lambda: read(self.agency, answer(body), parse_moment(at)))


@settings(max_examples=1_500)
@given(_ANSWERS)
@example(b"[" * 100_000)
@example(b'[{"incident_number": NaN}]')
@example(b"[]")
@example(b"\xff\xfe[\x00]\x00")
@example(b"<html><body>busy</body></html>")
@example(b'[{"unit_number": "A", "unit_number": "B", "location": "x"}]')
@example(b'{"rows": []}')
@example(b'"' + b"\\ud800" + b'"')
@example(json.dumps([{**row, "incident_number": None} for row in _ROWS]).encode())
@example(json.dumps([{"location": "x", "unit_number": 1e308}] * 30).encode())
def test_no_single_answer_ends_a_call(agency: Agency, body: bytes) -> None:
    feed = Fed(agency)
    feed.take(_GOOD, salt="first")
    before = set(feed.state.calls)
    feed.take(body, salt="odd")
    after = feed.take(_GOOD, salt="again")
    assert before <= set(feed.state.calls)
    assert not {"closed", "aged_out", "reopened"} & set(feed.kinds())
    assert after.result.verdict in ("good", "suspicious"), "a strange column may have come and gone"
    assert json.loads(json.dumps(feed.changes, ensure_ascii=False).encode("utf-8")) == feed.changes


@settings(max_examples=150)
@given(st.lists(_ANSWERS, min_size=1, max_size=8))
def test_between_good_answers_any_number_of_odd_ones_does_nothing_to_the_calls_listed(
    agency: Agency, bodies: list[bytes]
) -> None:
    feed = Fed(agency)
    feed.take(_GOOD, salt="first")
    before = set(feed.state.calls)
    for number, body in enumerate(bodies):
        feed.take(body, salt=str(number))
        feed.take(_GOOD, salt=f"good {number}")
    ended: set[Any] = {change["call"] for change in feed.changes if change["kind"] == "closed"}
    assert not before & ended
    assert before <= set(feed.state.calls)
