"""What a release changed, on the page: a sentence that leads to its records, old and new; any two releases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Route

from tests.lib.browser.visitor import Visitor

_RELEASES = re.compile(r"/api/v1/releases$")
_CHANGES = re.compile(r"/api/v1/releases/\d{4}-\d{2}/changes/\d{4}-\d{2}$")


def told(release: str, *, comparable: bool = True) -> dict[str, Any]:
    months = {"first": "2020-01", "last": release}
    return {"release": release, **months, "files": 9, "received_at": "2026-01-01T00:00:00Z", "comparable": comparable}


def answer(route: Route, body: object, status: int = 200, **headers: str) -> None:
    route.fulfill(status=status, body=json.dumps(body), content_type="application/json", headers=headers)


def compared(old: str, new: str, text: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("dataset", "force", "name", "first", "last", "about", "page", "records"))
    headline = [{"text": text, "what": "nothing", "number": 0, **nothing}]
    sums = {"compared": 1, "identical": 1, "datasets": [], "kinds": {}, "files": [], "files_total": 0}
    return {"old": old, "new": new, "state": "done", "headline": headline, **sums}


def test_the_first_sentence_leads_to_its_records_old_and_new(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/data#changes")
    page = visitor.page
    first = page.locator("#changes .said li").first
    first.wait_for(timeout=120_000)
    told = api.get("/releases/2023-05/changes/2023-06").json()["headline"]
    assert told[0]["text"] in first.inner_text()
    for sentence in [one for one in told if one["records"]]:
        listed = api.get(sentence["records"].removeprefix("/api/v1")).json()
        assert listed["next"] or len(listed["rows"]) == listed["total"], "no record of another file is among them"
    at = next(number for number, one in enumerate(told) if one["what"] == "changed" and one["records"])
    sentence = told[at]
    page.locator("#changes .said li").nth(at).get_by_role("link").click()
    page.get_by_role("region", name="Records that differ").wait_for()
    visitor.settle()
    total = page.get_by_role("status").filter(has_text="record").inner_text()
    assert total.startswith(f"{sentence['number']:,} record")
    assert (sentence["name"] or "") in page.locator("h1 + p").inner_text()
    name = api.get(sentence["records"].removeprefix("/api/v1")).json()["rows"][0]["name"]
    rows = page.locator("tbody tr")
    assert 0 < rows.count() <= min(100, sentence["number"]), "a page may be short of its limit"
    old, new = (cell.inner_text() for cell in rows.first.locator("td.value").all())
    assert old != new
    rows.first.get_by_role("link").click()
    visitor.settle()
    assert page.locator("h1").inner_text().endswith(name)


def test_any_two_releases_are_chosen_and_stand_in_the_address(visit: Callable[..., Visitor]) -> None:
    """One of which only answers of the API are held is none of them."""
    visitor = visit()
    page = visitor.page
    releases = [told("2023-07", comparable=False), *(told(one) for one in ("2023-06", "2023-05", "2022-05"))]
    page.route(_RELEASES, lambda route: answer(route, {"releases": releases}))

    def changes(route: Route) -> None:
        old, new = re.findall(r"\d{4}-\d{2}", route.request.url)
        answer(route, compared(old, new, f"From {old} to {new}."))

    page.route(_CHANGES, changes)
    visitor.open("/data")
    page.get_by_text("From 2023-05 to 2023-06.").wait_for()
    newer, older = page.get_by_label("What changed with the release of"), page.get_by_label("against that of")
    assert newer.locator("option").all_inner_texts() == ["June 2023", "May 2023"]
    assert older.locator("option").all_inner_texts() == ["May 2023", "May 2022"]
    older.select_option("2022-05")
    page.get_by_text("From 2022-05 to 2023-06.").wait_for()
    assert visitor.search() == "?old=2022-05&new=2023-06"
    page.reload()
    page.get_by_text("From 2022-05 to 2023-06.").wait_for()
    older.select_option("2023-05")
    newer.select_option("2023-05")  # the older one gives way: no release is compared with itself
    page.get_by_text("From 2022-05 to 2023-05.").wait_for()


def test_while_two_releases_are_compared_the_page_says_how_far_it_is(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.page
    working = [{"state": "working", "words": f"{done} of 9 force-months.", "old": "", "new": ""} for done in (3, 6)]

    def changes(route: Route) -> None:
        if working:
            answer(route, working.pop(0), 202, **{"Retry-After": "1"})
        else:
            answer(route, compared("2023-05", "2023-06", "Done."))

    page.route(_CHANGES, changes)
    visitor.open("/data")
    for words in ("3 of 9 force-months.", "6 of 9 force-months.", "Done."):
        page.get_by_text(words).wait_for()


@pytest.mark.parametrize(
    ("releases", "words"),
    [
        ([told("2023-06")], "One release is held: what one changed is seen when there are two."),
        ([told("2023-06", comparable=False)], "No release is held: what one changed is seen when there are two."),
    ],
)
def test_where_two_releases_are_not_held_the_page_says_so(
    releases: list[dict[str, Any]], words: str, visit: Callable[..., Visitor]
) -> None:
    visitor = visit()
    visitor.page.route(_RELEASES, lambda route: answer(route, {"releases": releases}))
    visitor.open("/data")
    visitor.page.get_by_text(words).wait_for()


def test_an_address_that_names_no_two_releases_says_where_to_choose_them(visit: Callable[..., Visitor]) -> None:
    visitor = visit(bears=(400, 404))
    visitor.open("/data/changes?dataset=crimes")
    visitor.page.get_by_text("This address names no two releases.").wait_for()
    visitor.open("/data/changes?old=1999-01&new=2023-06&dataset=crimes")
    visitor.page.get_by_role("alert").get_by_text("The release 1999-01 is not held.").wait_for()
