"""Cards of the shipped dashboards over a small warehouse whose counts are known."""

from __future__ import annotations

from typing import Any

import pytest

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.answer import answer as answer_question
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import DashboardSpec, read_dashboard, read_dashboards
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.parsing import make_question
from bluelamp.questions.view import View, make_view

DASHBOARDS = read_dashboards()


def cards(version: ArchiveVersion, dashboard: str | DashboardSpec, *where: str, **months: str) -> dict[str, Any]:
    spec = DASHBOARDS[dashboard] if isinstance(dashboard, str) else dashboard
    found: dict[str, Any] = answer(version, spec, view(*where, **months))["cards"]
    return found


def view(*where: str, first: str = "", last: str = "") -> View:
    return make_view(Month.parse(first) if first else None, Month.parse(last) if last else None, where)


def answer(version: ArchiveVersion, spec: DashboardSpec, of: View) -> dict[str, Any]:
    return answer_dashboard(version, spec, of)


def own(card: str) -> DashboardSpec:
    return read_dashboard("own", f"title: Own\ndataset: crimes\ncards:\n- {card}\n", "own.yaml")


# Those of the archive; that of calls is asked in tests/integration/calls.
@pytest.mark.parametrize(
    "dashboard", sorted(name for name, its in DASHBOARDS.items() if its.spec.family.capabilities.has_releases)
)
@pytest.mark.parametrize("where", [(), ("force=kent",), ("town=Guildford",), ("crime_type=Burglary", "force=surrey")])
def test_every_card_carries_what_a_figure_must_carry(
    indexed: ArchiveVersion, dashboard: str, where: tuple[str, ...]
) -> None:
    for name, card in cards(indexed, dashboard, *where).items():
        assert "error" not in card, (name, card)
        assert card["definition"], name
        assert card["summary"], name
        if card["question"] is None:
            continue
        assert card["coverage"]["words"], name
        assert card["question"] in card["cite"], name
        assert "Open Government Licence" in card["cite"], name
        assert any("anonymised" in caveat for caveat in card["caveats"]), name


def test_anti_social_behaviour_stands_beside_the_total(indexed: ArchiveVersion) -> None:
    total = cards(indexed, "crime", "force=kent")["total"]
    # Of 40 + 45 + 50 records every fifth is anti-social behaviour, every seventh has no map point.
    assert (total["value"], total["also"][0]["value"]) == (108, 27)
    assert total["located"] + total["unlocated"] == 135
    assert total["unlocated"] == 5 + 6 + 7


def test_a_chart_that_owns_a_filter_shows_all_its_values(indexed: ArchiveVersion) -> None:
    shown = cards(indexed, "crime", "crime_type=Burglary", "force=kent")
    bars = shown["by-type"]
    assert len(bars["rows"]) == 5
    assert bars["selected"] == ["Burglary"]
    assert shown["total"]["value"] == next(row["count"] for row in bars["rows"] if row["value"] == "Burglary")


def test_months_without_a_file_are_none_and_never_zero(indexed: ArchiveVersion) -> None:
    chart = cards(indexed, "outcomes", "force=essex")["by-month"]
    assert chart["months"] == ["2023-11", "2023-12", "2024-01"]
    assert chart["values"][0][1] is None
    assert chart["held"] == [1, 0, 1]
    assert chart["missing"][1] == "Essex Police"
    assert chart["complete"] == [True, False, True]
    assert chart["missing_usual"][1] > 0
    assert chart["missing_usual"][0] == 0


def test_a_force_that_published_nothing_is_told_and_not_zero(indexed: ArchiveVersion) -> None:
    shown = cards(indexed, "crime", "force=surrey")
    assert shown["by-month"]["values"][0] == [None, None, None]
    assert shown["total"]["coverage"]["held"] == 0
    assert shown["latest"]["month"] is None


def test_an_area_whose_police_published_nothing_has_no_zero(indexed: ArchiveVersion) -> None:
    """Guildford lies in silent Surrey; only what its neighbours publish of it is held."""
    shown = cards(indexed, "crime", "local_authority=Guildford", "crime_type=Burglary")
    assert shown["latest"]["month"] is None
    assert shown["total"]["value"] is None
    assert shown["total"]["reason"] == "Surrey Police published no street crime for November 2023 to January 2024."
    chart = shown["by-month"]
    assert chart["complete"] == [False, False, False]
    assert all("Surrey Police" in told for told in chart["missing"])
    # A tenth of the neighbours' records lie there: they are strays, and no figure of it.
    assert chart["values"][0] == [None, None, None]
    assert chart["state"] == ["missing"] * 3


def test_the_unknown_is_its_own_last_row(indexed: ArchiveVersion) -> None:
    bars = cards(indexed, "stops")["gender"]
    assert bars["unknown"] is None or bars["unknown"]["label"] == "Not recorded"
    age = cards(indexed, "stops")["self-ethnicity"]
    assert age["rows"] == []
    assert age["unknown"]["count"] == age["total"] > 0


def test_hours_leave_out_times_that_are_not_known(indexed: ArchiveVersion) -> None:
    hours = cards(indexed, "stops")["hour"]
    assert len(hours["hours"]) == 24
    assert hours["unknown"] == answer_question(indexed, make_question("stops", measures=["time_unknown"])).rows[0][0]
    assert sum(hours["hours"]) + hours["unknown"] == hours["total"]
    assert ("no known time" in (hours["note"] or "")) == (hours["unknown"] > 0)


def test_shares_say_of_what(indexed: ArchiveVersion) -> None:
    share = cards(indexed, "stops")["further-action"]
    assert share["share"] == pytest.approx(share["numerator"] / share["denominator"])
    assert share["denominator"] + share["not_recorded"] == cards(indexed, "stops")["total"]["value"]
    open_ = cards(indexed, "outcomes", "force=kent")["still-open"]
    assert 0 < open_["share"] < 1
    assert "no outcome in the files held" in open_["words"]


def test_a_filter_that_a_card_does_not_have_is_told(indexed: ArchiveVersion) -> None:
    shown = cards(indexed, "area", "force=kent", "last_outcome=Local resolution")
    assert shown["stops-total"]["ignored"] == ["last_outcome"]
    assert shown["total"]["ignored"] == []


def test_one_month_is_shown_among_its_neighbours(indexed: ArchiveVersion) -> None:
    shown = cards(indexed, "crime", first="2023-12", last="2023-12")
    assert shown["by-month"]["months"] == ["2023-11", "2023-12", "2024-01"]
    assert shown["by-month"]["selected"] == {"from": "2023-12", "to": "2023-12"}
    assert shown["total"]["value"] == shown["by-month"]["values"][0][1]


def test_rates_have_their_denominator_where_there_is_one(indexed: ArchiveVersion) -> None:
    bars = cards(indexed, "crime")["by-authority"]
    assert {"residents", "rate"} <= set(bars["rows"][0])
    assert "recorded_crime_rate" in bars["question"]
    assert any("usual residents" in caveat for caveat in bars["caveats"])


def test_a_card_that_cannot_be_answered_does_not_stop_the_others(indexed: ArchiveVersion) -> None:
    spec = read_dashboard(
        "own",
        "title: Own\ndataset: crimes\ncards:\n"
        "- {name: odd, kind: total, title: Odd, measure: count, where: [town=Nowhere]}\n"
        "- {name: fine, kind: total, title: Fine, measure: count}\n",
        "own.yaml",
    )
    shown = cards(indexed, spec)
    assert "Nowhere" in shown["odd"]["error"]["detail"]
    assert shown["fine"]["value"] > 0


def test_a_label_that_this_version_does_not_have_stops_no_card(indexed: ArchiveVersion) -> None:
    spec = own("{name: a, kind: total, title: A, measure: count, where: [crime_type!=Witchcraft]}")
    assert cards(indexed, spec)["a"]["value"] == cards(indexed, "crime")["map"]["of"]


def test_the_map_says_how_much_of_everything_it_shows(indexed: ArchiveVersion) -> None:
    shown = cards(indexed, "crime")["map"]
    assert shown["total"] + shown["unlocated"] == shown["of"]
    areas = shown["areas"]
    known = sum(row["count"] for row in areas["rows"] if row["count"] is not None)
    assert known + areas["elsewhere"] + areas["strays"] == shown["total"]
    assert [row["name"] for row in areas["rows"] if row["count"] is None] == ["Guildford"]
    assert "version=" in shown["tiles"]


def test_a_word_that_no_record_has_is_told_and_finds_nothing(indexed: ArchiveVersion) -> None:
    """A link that was pasted before a vocabulary changed is answered."""
    got = answer(indexed, DASHBOARDS["crime"], view("crime_type=Witchcraft", "force=kent"))
    assert got["unknown"] == ["No record has the crime type “Witchcraft”."]
    assert got["cards"]["total"]["value"] == got["cards"]["map"]["of"] == 0
    assert got["cards"]["total"]["question"] is None
    some = answer(indexed, DASHBOARDS["crime"], view("crime_type=Witchcraft", "crime_type=Burglary"))
    assert some["cards"]["total"]["value"] == cards(indexed, "crime", "crime_type=Burglary")["total"]["value"] > 0
    without = answer(indexed, DASHBOARDS["crime"], view("crime_type!=Witchcraft"))
    assert without["cards"]["map"]["of"] == cards(indexed, "crime")["map"]["of"]


def test_one_card_alone(indexed: ArchiveVersion) -> None:
    got = answer_dashboard(indexed, DASHBOARDS["crime"], view(), ["total"])
    assert list(got["cards"]) == ["total"]
    with pytest.raises(UsageError, match="Did you mean total"):
        answer_dashboard(indexed, DASHBOARDS["crime"], view(), ["totl"])


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (["nonsense=1"], "no field “nonsense”"),
        (["force"], "is no filter"),
        (["force=atlantis"], "no force “atlantis”"),
        (["located=perhaps"], "true or false"),
        ([f"town=T{number}" for number in range(201)], "200 is the most"),
    ],
)
def test_a_state_that_is_not_understood(where: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_view(None, None, where)


def test_a_state_reads_back_what_a_person_chose() -> None:
    told = view("force=Kent Police", "force=essex", "gender!=Male", "gender=", first="2023-11").as_json()
    assert told["from"] == "2023-11"
    assert told["to"] is None
    assert [(one["field"], one["negated"], [v["label"] for v in one["values"]]) for one in told["where"]] == [
        ("force", False, ["Kent Police", "Essex Police"]),
        ("gender", False, ["Not recorded"]),
        ("gender", True, ["Male"]),
    ]
