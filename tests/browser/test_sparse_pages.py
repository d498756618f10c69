"""Not known is never zero: the pages of every sparse archive show what the API says, and no nought for what nobody
knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.lib.browser.sparse_pages import Seen, claimed, noughts, wrong
from tests.lib.browser.visitor import Visitor
from tests.lib.made_once import MadeOnce
from tests.lib.sparse import questions
from tests.lib.sparse.asked import Asked
from tests.lib.sparse.claims import claims
from tests.lib.sparse.held import Held
from tests.lib.sparse.homes import NAMES, SparseHome


@pytest.fixture(scope="module", params=NAMES)
def sparse(request: pytest.FixtureRequest, made_once: MadeOnce) -> Iterator[SparseHome]:
    made = SparseHome(request.param, made_once)
    yield made
    made.close()


def pages(sparse: SparseHome) -> dict[str, Asked | None]:
    """Addresses with the question that all of their figures answer, where there is one."""
    shapes = questions.shapes(sparse.oracle, "crimes")
    absent = shapes["a force that is not held"].where[0].partition("=")[2]
    held = shapes["a force that is held"].where[0].partition("=")[2]
    # Some forces, as that of the railways, have no area of their own.
    ground = sparse.oracle.ground
    area = ground.authorities[(ground.of_force(absent) or ground.of_force(held))[0]]
    found: dict[str, Asked | None] = {
        "/": None,
        "/crime": Asked("crimes"),
        "/outcomes": Asked("outcomes"),
        "/stops": Asked("stops"),
        f"/crime?force={absent}": Asked("crimes", where=(f"force={absent}",)),
        "/stops?from=2009-01&to=2010-06": Asked("stops", first="2009-01", last="2010-06"),
        f"/area/force/{held}": None,
        f"/area/local-authority/{area.code}": Asked("crimes", where=(f"local_authority={area.name}",)),
        "/data": None,
        f"/records/crimes?force={absent}": Asked("crimes", where=(f"force={absent}",)),
        f"/embed/crime/by-month?force={absent}": Asked("crimes", where=(f"force={absent}",)),
    }
    answer = sparse.client.get("/api/v1/datasets/crimes/records", params={"limit": 1})
    rows = answer.json()["rows"] if answer.status_code == 200 else []
    return {**found, **{f"/record/{row['id']}": None for row in rows}}


def test_every_page_shows_what_is_true(sparse: SparseHome, visit: Callable[..., Visitor]) -> None:
    held = Held(sparse.oracle)
    seen = Seen(visit(sparse.server.url, bears=(404,)))
    for path, asked in pages(sparse).items():
        cards = seen.open(path)
        for kind, text in wrong(cards, seen.told):
            held.fault(kind, path, text)
        if asked is not None and not sparse.oracle.held(asked):
            for text in noughts(seen.page):
                held.fault("a page's number for what is not known", path, f"shows {text}; nothing is held")
        words = seen.page.locator("body").inner_text()
        claims(held, path, words)
        if path != "/data" and not sparse.oracle.somebody_published_nothing:
            for claim in claimed(seen.page):
                held.fault("a claim about a publisher", path, f"says “{claim.strip()}”; no file says so")
    held.fail()
