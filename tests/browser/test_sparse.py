"""The pages of a home that holds nearly nothing: what is not known is never 0, a hole is one calm band, and the map is
about what is there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.lib.browser.shown import shown
from tests.lib.browser.sparse_home import make_sparse
from tests.lib.browser.visitor import Visitor
from tests.lib.web.process_server import Server

Visit = Callable[..., Visitor]
_ZERO = re.compile(r"0%?|0\.0%?")


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(make_sparse(tmp_path_factory.mktemp("sparse")))
    yield running
    running.stop()


@pytest.fixture
def client(sparse: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sparse.url, timeout=60) as found:
        yield found


@pytest.fixture
def come(visit: Visit, sparse: Server) -> Callable[..., Visitor]:
    """A visitor of the sparse home at a page."""

    def open_at(path: str, **options: Any) -> Visitor:
        visitor = visit(sparse.url, **options)
        visitor.open(path)
        return visitor

    return open_at


def authority(client: httpx.Client) -> dict[str, Any]:
    """Kent's area with the most records."""
    card = client.get("/api/v1/dashboards/crime/answers", params={"where": "force=kent", "cards": "map"}).json()
    found: dict[str, Any] = card["cards"]["map"]["areas"]["rows"][0]
    assert found["inside"]
    return found


def test_the_front_page_has_no_zero_for_what_is_not_held(come: Callable[..., Visitor]) -> None:
    page = come("/").page
    cards = page.locator(".three .card")
    for title in ("Reported outcomes", "Stop and search"):
        card = cards.filter(has=page.get_by_role("heading", name=title))
        expect(card.locator(".figure")).to_have_text("–")
        expect(card).to_contain_text("That is not zero")
    crime = cards.filter(has=page.get_by_role("heading", name="Reported crime"))
    expect(crime.locator(".foot")).to_contain_text(re.compile(r"\d+ of \d+ force-months held"))
    # The small chart follows the same rule as the large one: a band over the hole.
    assert crime.locator("svg .ground").count() == 1


@pytest.mark.parametrize("path", ["/crime", "/outcomes", "/stops", "/area/force/kent", "/area/force/surrey"])
def test_no_figure_is_zero(come: Callable[..., Visitor], path: str) -> None:
    """Nothing in these pages is known to be none: each headline is a number of something, or a dash with its reason."""
    visitor = come(path)
    figures = {title: card["figure"] for title, card in shown(visitor.page).items() if card["figure"]}
    assert figures
    assert [title for title, figure in figures.items() if _ZERO.fullmatch(figure)] == []
    for title, figure in figures.items():
        if figure == "–":
            expect(visitor.card(title)).to_contain_text("That is not zero: nothing is known.")
    # Nobody can say that there is none where no file is held that could tell.
    expect(visitor.page.get_by_text("There is no record of this kind")).to_have_count(0)


def test_a_hole_is_one_calm_band(come: Callable[..., Visitor]) -> None:
    visitor = come("/crime?force=kent")
    chart = visitor.card("By month")
    expect(chart.locator("svg .ground")).to_have_count(1)
    expect(chart.locator(".legend")).to_contain_text("no release that is held covers these months")
    columns = shown(visitor.page)["By month"]["columns"]
    hole = [words for words in columns if "no release that is held covers this" in words]
    assert len(hole) == 6
    # Nothing is drawn in it, hatched or not: only its place under the pointer.
    first = chart.get_by_role("button", name=hole[0])
    assert first.locator("rect:not(.whole)").count() == 0
    # Months in which the one force is held are complete, on both sides of the hole.
    assert sum("Incomplete" not in words for words in columns) == 7


@pytest.mark.parametrize(("months", "rows", "gaps"), [("", 13, 6), ("&from=2022-06&to=2022-09", 4, 2)])
def test_its_table_has_a_row_for_each_month_with_what_it_stands_on(
    come: Callable[..., Visitor], client: httpx.Client, months: str, rows: int, gaps: int
) -> None:
    """Each month that is chosen, and no other: the chart beside it shows their neighbours as well."""
    chart = come(f"/crime?force=kent{months}").card("By month")
    chart.get_by_role("button", name="Table: By month").click()
    table = chart.get_by_role("table")
    heads = table.locator("thead th").all_inner_texts()
    assert heads[-4:] == ["Held", "Expected", "State", "Missing"]
    shown_rows = [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]
    assert len(shown_rows) == rows
    assert sum(row[1] == "–" and row[heads.index("State")] == "not covered" for row in shown_rows) == gaps
    assert all(row[1] != "0" for row in shown_rows)
    # The file says the same: a row for each month, empty where nothing is known.
    link = chart.get_by_role("link", name="CSV: By month").get_attribute("href")
    told = list(csv.DictReader(io.StringIO(client.get(str(link)).text)))
    assert [row["recorded_crimes"] for row in told] == [row[1].replace(",", "").replace("–", "") for row in shown_rows]
    assert [row["state"] for row in told] == [row[heads.index("State")] for row in shown_rows]


def test_the_map_opens_on_the_force(come: Callable[..., Visitor], client: httpx.Client) -> None:
    """Also where no filter says so: only Kent has more than a month here."""
    names = [row["name"] for row in _map(client, "force=kent")["areas"]["rows"] if row["inside"]]
    outlines = client.get(_map(client)["areas"]["url"]).json()["features"]
    boxes = [one["bbox"] for one in outlines if one["properties"]["name"] in names]
    visitor = come("/crime?force=kent")
    lat, lon = _centre(visitor)
    assert min(box[0] for box in boxes) < lon < max(box[2] for box in boxes)
    assert min(box[1] for box in boxes) < lat < max(box[3] for box in boxes)


def test_the_legend_comes_with_the_map(come: Callable[..., Visitor]) -> None:
    visitor = come("/crime")
    legend = visitor.card("Where").locator(".legend")
    visitor.settle_map()
    expect(legend).to_contain_text(re.compile("records"))
    # Areas of forces that are not held have no class; a few strays are none either.
    expect(legend).not_to_contain_text("some")


def test_on_an_areas_page_the_map_is_about_the_area(come: Callable[..., Visitor], client: httpx.Client) -> None:
    """Map, list, table, file, picture and citation: all of the one area."""
    area = authority(client)
    visitor = come(f"/area/local-authority/{area['id']}")
    where = visitor.card("Where")
    total = where.locator(".map-total").inner_text()
    where.get_by_role("button", name="Table: Where").click()
    rows = where.get_by_role("table").locator("tbody tr")
    expect(rows.first).to_contain_text(area["name"])
    names = rows.locator("th").all_inner_texts()
    assert set(names) - {"In no known area", "Without a location"} == {area["name"]}
    number = rows.first.locator("td").first.inner_text()
    assert total.startswith(f"{number} of ")
    link = where.get_by_role("link", name="CSV: Where").get_attribute("href")
    told = list(csv.DictReader(io.StringIO(client.get(str(link)).text)))
    assert [(row["local_authority"], row["count"]) for row in told] == [(area["name"], number.replace(",", ""))]
    where.get_by_role("button", name="Cite: Where").click()
    expect(visitor.page.get_by_role("dialog")).to_contain_text(f"on the map, {area['name']}, May 2022 to May 2023")
    expect(visitor.page.get_by_role("dialog")).to_contain_text(number)


def test_peers_that_are_not_held_have_no_rate_and_stand_last(come: Callable[..., Visitor]) -> None:
    page = come("/area/force/kent").page
    rows = page.get_by_role("table").filter(has_text="Per 1,000 residents").locator("tbody tr")
    unknown = rows.filter(has_text="–")
    assert unknown.count() > 0
    known = rows.count() - unknown.count()
    texts = rows.all_inner_texts()
    assert all("–" in text for text in texts[known:])
    assert not any(re.search(r"\b0\.0\b", text) for text in texts)


def test_a_record_does_not_contradict_its_own_row(come: Callable[..., Visitor], client: httpx.Client) -> None:
    asked = {"where": ["force=kent", "crime_type=Burglary"], "limit": 1}
    record = client.get("/api/v1/datasets/crimes/records", params=asked).json()["rows"][0]["id"]  # type: ignore[arg-type]
    page = come(f"/record/{record}").page
    expect(page.get_by_text("Not known: no outcomes file of Kent Police from May 2022 on is held.")).to_be_visible()
    expect(page.get_by_text("No outcome has been published")).to_have_count(0)


@pytest.mark.parametrize("path", ["/crime?force=kent", "/area/force/kent", "/crime"])
def test_a_picture_of_the_map_is_never_blank(come: Callable[..., Visitor], path: str) -> None:
    """Asked for at once, without the map having been looked at: it waits until all is drawn."""
    page = come(path, height=500).page
    page.get_by_role("button", name="Image: Where").click()
    picture = page.get_by_role("dialog").get_by_role("link", name="PNG")
    picture.wait_for(timeout=60_000)
    size, colours = page.evaluate(_LOOK, picture.get_attribute("href"))
    assert size[0] >= 1200
    # Land and sea alone are a handful of colours.
    assert colours > 12, colours


_LOOK = """async (href) => {
  const image = new Image();
  image.src = href;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  // The middle of the picture: below the title, above the legend.
  const part = pen.getImageData(0, image.height * 0.2, image.width, image.height * 0.4).data;
  const seen = new Map();
  for (let at = 0; at < part.length; at += 4) {
    const colour = (part[at] << 16) | (part[at + 1] << 8) | part[at + 2];
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  return [[image.width, image.height], [...seen.values()].filter((times) => times > 20).length];
}"""


def test_a_card_on_its_own_says_what_where_and_when(come: Callable[..., Visitor]) -> None:
    page = come("/embed/crime/by-month?force=kent&crime_type=Burglary").page
    expect(page.get_by_role("heading", level=1)).to_have_text("Burglary by month, Kent Police, May 2022 to May 2023")
    assert page.title() == "Burglary by month, Kent Police, May 2022 to May 2023"
    expect(page.get_by_text("Click a month")).to_have_count(0)


def test_one_force_month_is_one(come: Callable[..., Visitor]) -> None:
    visitor = come("/crime?force=surrey&from=2023-05&to=2023-05")
    expect(visitor.page.get_by_text("The one force-month is held")).to_be_visible()
    expect(visitor.page.locator("main")).not_to_contain_text("1 force-months")


def _map(client: httpx.Client, *where: str) -> dict[str, Any]:
    found = client.get("/api/v1/dashboards/crime/answers", params={"where": list(where), "cards": "map"}).json()
    card: dict[str, Any] = found["cards"]["map"]
    return card


def _centre(visitor: Visitor) -> tuple[float, float]:
    """Where the map stands: zooming in writes it into the address."""
    visitor.settle_map()
    zoom_in(visitor.page).click()
    visitor.page.wait_for_function("() => /map=/.test(location.search)")
    lat, lon, _ = re.search(r"map=([-.\d]+),([-.\d]+),([-.\d]+)", visitor.search()).groups()  # type: ignore[union-attr]
    return float(lat), float(lon)


def zoom_in(page: Page) -> Locator:
    return page.get_by_role("button", name="Zoom in")
