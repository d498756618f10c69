"""What a publisher's words mean: the dictionaries of the shipped feeds, and how a word is looked up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bluelamp.domain.meaning import GROUPS, Dictionary, NatureMeaning, PriorityMeaning, look_up
from bluelamp.errors import SettingsError
from bluelamp.sources.feeds.agency import read_agencies, read_agency
from bluelamp.synthetic.city.agency import FEED, agency_toml
from bluelamp.synthetic.city.words import NATURES

HEAD = """\
title = "Town"
platform = "json"
url = "https://example.org/calls.json"
zone = "America/Chicago"
[fields]
location = "at"
[[natures]]
match = "09*"
label = "Theft"
[[natures]]
match = "40 - Other"
label = "Other"
"""
DALLAS = read_agencies(None)["dallas-tx"].dictionary


def meanings(*matches: str) -> Dictionary:
    return Dictionary(tuple(NatureMeaning(match, match) for match in matches))


@pytest.mark.parametrize(
    ("matches", "text", "found"),
    [
        (("09*", "09 - Theft"), "09 - Theft", "09 - Theft"),  # what is exactly it, wherever it stands
        (("6XA*", "6X*"), "6XA - Major Dist  Ambulance", "6XA*"),  # else the first
        (("6X*", "6XA*"), "6XA - Major Dist  Ambulance", "6X*"),
        (("major dist ambulance",), "Major  Dist AMBULANCE ", "major dist ambulance"),
        (("**PD Requested*",), "**PD Requested by Fire", "**PD Requested*"),
        (("09*",), "x 09 - Theft", None),
        (("09",), "09 - Theft", None),
        (("*",), "", None),
        (("*",), None, None),
        ((), "09 - Theft", None),
    ],
)
def test_a_nature_is_looked_up(matches: tuple[str, ...], text: str | None, found: str | None) -> None:
    meaning = meanings(*matches).nature(text)
    assert (meaning.match if meaning else None) == found


def test_a_priority_is_looked_up_by_its_whole_text() -> None:
    priorities = (PriorityMeaning("1", "Emergency", rank=1), PriorityMeaning("[2-4]", "Later", rank=3))
    assert [one.rank if (one := look_up(priorities, text)) else None for text in ("1", "3", "11", "")] == [
        1,
        3,
        None,
        None,
    ]


def test_the_priorities_of_dallas_are_four() -> None:
    told = [(one.label, one.rank) for text in "1234" if (one := DALLAS.priority(text))]
    assert told == [("Emergency", 1), ("Prompt", 2), ("General service", 3), ("Non critical", 4)]
    assert DALLAS.priority("5") is None


@pytest.mark.parametrize(
    ("text", "label", "group"),
    [
        ("09/01 - Theft", "Theft", "theft"),
        ("09V - UUMV", "Vehicle theft", "theft"),
        ("41/09 - Theft - In Progress", "Theft happening now", "theft"),
        ("26/01- Missing Person-Critical", "Missing person, critical", "welfare"),
        ("6XEA - Disturbance Emerg Amb", "Disturbance, emergency, with ambulance", "violence"),
        ("7XF - Major Accident Freeway", "Major accident on a freeway", "traffic"),
        ("**PD Requested by Fire", "Police asked for by fire service", "fire"),
        ("99Z - Theft of something new", "Theft", "theft"),
    ],
)
def test_natures_of_dallas_mean_what_they_say(text: str, label: str, group: str) -> None:
    found = DALLAS.nature(text)
    assert found is not None
    assert (found.label, found.group) == (label, group)


def test_every_nature_of_the_samples_is_in_the_dictionary(shared_data: Path) -> None:
    files = sorted((shared_data / "dallas").rglob("snapshot*.json")) + sorted(
        (shared_data / "dallas" / "snapshots-2026-02").glob("*.json")
    )
    if not files:
        pytest.skip("the snapshots of Dallas are not at hand")
    natures = {text for path in files for text in natures_of(json.loads(read_text(path)))}
    assert len(natures) > 50
    assert [text for text in sorted(natures) if DALLAS.nature(text) is None] == []


def read_text(path: Path) -> str:
    body = path.read_bytes()
    return body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")


def natures_of(found: Any) -> Iterator[str]:
    """Every text under `nature_of_call`, however deep."""
    if isinstance(found, list):
        for one in found:
            yield from natures_of(one)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key == "nature_of_call":
                yield value
            else:
                yield from natures_of(value)


def test_the_synthetic_city_explains_all_that_it_writes() -> None:
    found = read_agency(agency_toml("https://example.org/x.json"), FEED, "x.toml", "test").dictionary
    assert [one.words for one in NATURES if found.nature(one.words) is None] == []
    assert [one.priority for one in NATURES if found.priority(str(one.priority)) is None] == []


def test_what_is_shipped_is_told_in_sentences() -> None:
    for name, agency in read_agencies(None).items():
        told = agency.dictionary
        for one in (*told.natures, *told.priorities):
            assert one.label, name  # type: ignore[attr-defined]
            assert one.words.endswith("."), (name, one.match)  # type: ignore[attr-defined]
        matches = [one.match.casefold() for one in told.natures]
        assert len(matches) == len(set(matches)), name
        assert {one.group for one in told.natures} <= set(GROUPS)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('lable = "x"', "x.toml, line 13: there is no “lable” under [[natures]]."),
        ('group = "crime"', "x.toml, line 13: “natures.1.group” cannot be so"),
        ('[[natures]]\nmatch = "x"', "x.toml, line 13: “label” is missing under [[natures]]."),
        (
            '[[priorities]]\nmatch = "1"\nlabel = "x"\nrank = 5',
            "x.toml, line 16: “priorities.0.rank” cannot be so",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(more: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_agency(HEAD + more + "\n", "x", "x.toml", "test")
    assert str(caught.value).startswith(message)
