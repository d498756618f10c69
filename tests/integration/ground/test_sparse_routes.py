"""Not known is never zero: every route of the API, on every sparse archive. A route that is not walked here fails the
test: add it to WALKS, or, where it tells nothing of the archive, to OTHERS."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import httpx
import mapbox_vector_tile

from tests.lib.sparse import questions
from tests.lib.sparse.asked import DATASETS, EVERYONE, Asked, months
from tests.lib.sparse.cards import Cards
from tests.lib.sparse.claims import claims
from tests.lib.sparse.coverage import HELD
from tests.lib.sparse.held import Held, is_among
from tests.lib.sparse.homes import SparseHome

V1 = "/api/v1"
DASHBOARDS = {"crime": "crimes", "outcomes": "outcomes", "stops": "stops", "area": "crimes"}
_SHAPES = (
    "everything", "a force that is held", "a force that is not held", "both", "months to come", "months around the end",
    "months before all", "months between or before", "an area", "an area whose force is not held",
    "no force in one month",
)  # fmt: skip


class Walk:
    """One walk over one archive: gets addresses, notes what they claim, and holds them against the truth."""

    def __init__(self, sparse: SparseHome) -> None:
        self.oracle, self.held, self._client = sparse.oracle, Held(sparse.oracle), sparse.client

    def get(self, path: str, **params: Any) -> tuple[str, httpx.Response]:
        answer = self._client.get(f"{V1}{path}", params=params)
        surface = f"GET {httpx.URL(f'{V1}{path}', params=params) if params else V1 + path}"
        if answer.status_code >= 500 or answer.status_code == 400:
            self.held.fault("an answer that fails", surface, f"gave {answer.status_code}: {answer.text[:200]}")
        if "json" in answer.headers["content-type"]:
            claims(self.held, surface, answer.text)
        return surface, answer

    def views(self, dataset: str) -> Iterator[Asked]:
        by_shape = questions.shapes(self.oracle, dataset)
        yield from (by_shape[shape] for shape in _SHAPES)


def params_of(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {"where": list(asked.where)} if asked.where else {}
    return found | {name: value for name, value in (("from", asked.first), ("to", asked.last)) if value}


# -- each route ----------------------------------------------------------------------------------------------------


def dashboards(walk: Walk) -> None:
    for name, dataset in DASHBOARDS.items():
        walk.get(f"/dashboards/{name}")
        for view in walk.views(dataset):
            surface, answer = walk.get(f"/dashboards/{name}/answers", **params_of(view))
            if answer.status_code != 200:
                continue
            told = answer.json()
            units, there = walk.oracle.units(view), walk.oracle.held(view)
            coverage = (told["coverage"]["held"], told["coverage"]["expected"], told["coverage"]["complete"])
            true = (len(there), len(units), len(there) == len(units) > 0)
            if coverage != true:
                walk.held.fault("coverage of a dashboard", surface, f"says {coverage}; true is {true}")
            Cards(walk.held, surface, view).all(told["cards"])


def areas(walk: Walk) -> None:
    forces = [force for force in EVERYONE if force != "btp"]
    for force in [forces[0], *sorted({force for force, _ in walk.oracle.files["crimes"]} - {"btp"})[:3]]:
        places = [("force", force), ("local_authority", walk.oracle.ground.of_force(force)[0])]
        for kind, place in places:
            surface, answer = walk.get(f"/areas/{kind}/{place}")
            if answer.status_code == 200 and answer.json()["compare"]:
                _compared(walk, surface, kind, answer.json()["compare"])


def _compared(walk: Walk, surface: str, kind: str, told: dict[str, Any]) -> None:
    period = told["period"]
    asked = Asked("crimes", told["measure"], first=period["from"], last=period["to"])
    for row in told["rows"]:
        value = row["id"] if kind == "force" else row["name"]
        its = replace(asked, where=(f"{kind}={value}",))
        allowed = walk.oracle.allowed(its, walk.oracle.matching(its))
        if not is_among(row["count"], allowed):
            text = f"says {row['name']} {row['count']} beside {row['held']} of {row['expected']} held; may be {allowed}"
            walk.held.fault("a peer's number for what is not known", surface, text)
        if row["count"] is None and row["rate"] is not None:
            walk.held.fault("a rate of what is not known", surface, f"{row['name']} has a rate of {row['rate']}")
    known = [row["count"] is not None for row in told["rows"]]
    if known != sorted(known, reverse=True):
        walk.held.fault("the order of a ranking", surface, "has peers without a value before peers with one")


def records(walk: Walk) -> None:
    for dataset in DATASETS:
        for view in walk.views(dataset):
            allowed = walk.oracle.allowed(view, walk.oracle.matching(view))
            rows = len(walk.oracle.matching(view))
            surface, answer = walk.get(f"/datasets/{dataset}/records", limit=5, **params_of(view))
            if answer.status_code == 200:
                told = answer.json()
                if not is_among(told["total"], allowed):
                    walk.held.fault("a number of records", surface, f"says total {told['total']}; may be {allowed}")
                _complete(walk, surface, view, told["coverage"]["complete"])
                if told["rows"] and dataset == "crimes":
                    _record(walk, told["rows"][0]["id"])
            surface, answer = walk.get(f"/datasets/{dataset}/records", format="csv", **params_of(view))
            if answer.status_code == 200:
                found = len(list(csv.DictReader(io.StringIO(answer.text, newline=""))))
                if found != rows:
                    walk.held.fault("a number of records", surface, f"has {found} rows; {rows} are held")
                if allowed == (None,) and answer.headers.get("Bluelamp-Records") == "0":
                    walk.held.fault("a number of records", surface, "says Bluelamp-Records: 0 of what is not known")


def _complete(walk: Walk, surface: str, asked: Asked, said: bool) -> None:
    true = len(walk.oracle.held(asked)) == len(walk.oracle.units(asked)) > 0
    if said != true:
        walk.held.fault("complete", surface, f"says complete: {said}; it is {true}")


def _record(walk: Walk, name: str) -> None:
    surface, answer = walk.get(f"/records/{name}")
    if answer.status_code != 200:
        return
    told, (year, month, *force) = answer.json(), name.split("-")[:-2]
    its = Asked("crimes", where=(f"force={'-'.join(force)}",), first=f"{year}-{month}", last=f"{year}-{month}")
    if not walk.oracle.others_could_say(replace(its, measure="still_open")):
        if told["outcomes"] is not None:
            walk.held.fault("a record's outcomes", surface, f"says outcomes {told['outcomes']}; no file could say")
        for one in told["derived"]:
            if one["value"] in ("still open", "has an outcome"):
                walk.held.fault("a record's outcomes", surface, f"says {one['label']}: {one['value']}")


def tiles(walk: Walk) -> None:
    for dataset in DATASETS:
        for view in walk.views(dataset):
            surface, answer = walk.get(f"/tiles/{dataset}/0/0/0.mvt", **params_of(view))
            if answer.status_code != 200:
                continue
            layers = mapbox_vector_tile.decode(answer.content).values()
            drawn = sum(feature["properties"]["n"] for layer in layers for feature in layer["features"])
            there = sum(row["located"] == "true" for row in walk.oracle.matching(view))
            if drawn != there:
                walk.held.fault("records on the map", surface, f"draws {drawn}; {there} have a point")


def coverage(walk: Walk) -> None:
    surface, answer = walk.get("/coverage")
    told, oracle = answer.json(), walk.oracle
    if told["months"] != oracle.installation:
        text = (
            f"shows {len(told['months'])} months; from {oracle.installation[0]} to {oracle.installation[-1]} there are"
        )
        walk.held.fault("months of the coverage", surface, f"{text} {len(oracle.installation)}")
    for dataset, its in told["datasets"].items():
        _complete(walk, f"{surface} {dataset}", Asked(dataset), its["complete"])
        units = oracle.units(Asked(dataset))
        said, true = (its["held"], its["expected"]), (len(oracle.held(Asked(dataset))), len(units))
        if said != true:
            walk.held.fault("coverage of a dataset", surface, f"says {said} of {dataset}; true is {true}")
        wrong: Counter[tuple[str, str]] = Counter()
        for force, letters in zip(told["forces"], its["rows"], strict=True):
            for month, letter in zip(told["months"], letters, strict=True):
                true_state = oracle.state(dataset, force["slug"], month)
                if told["codes"][letter] != true_state:
                    wrong[told["codes"][letter], true_state] += 1
        for (said_state, true_state), times in wrong.items():
            text = f"says “{said_state}” of {times} cells of {dataset} that are “{true_state}”"
            walk.held.fault("state of a cell", surface, text)


def releases(walk: Walk) -> None:
    surface, answer = walk.get("/releases")
    held = sorted(one["release"] for one in answer.json()["releases"])
    for old, new in pairwise(held):
        surface, answer = walk.get(f"/releases/{old}/changes/{new}")
        for _ in range(100):
            if answer.status_code != 202:
                break
            surface, answer = walk.get(f"/releases/{old}/changes/{new}")
        # No month is in two of these releases: nothing can have changed.
        if answer.status_code == 200:
            changed = {one["dataset"]: (one["changed"], one["removed"]) for one in answer.json()["datasets"]}
            if any(count for counts in changed.values() for count in counts):
                walk.held.fault("what a release changed", surface, f"says {changed} changed and removed")
            surface, answer = walk.get(f"/releases/{old}/changes/{new}/records", dataset="crimes")
            if answer.status_code == 200 and answer.json()["rows"]:
                walk.held.fault("what a release changed", surface, f"lists {len(answer.json()['rows'])} records")


def site(walk: Walk) -> None:
    surface, answer = walk.get("/site")
    told, true = answer.json()["months"], walk.oracle.installation
    if (told["first"], told["last"]) != (true[0], true[-1]):
        walk.held.fault("months of the site", surface, f"says {told}; held are {true[0]} to {true[-1]}")


def options(walk: Walk) -> None:
    for dataset in DATASETS:
        for field in ("force", "month", "local_authority"):
            surface, answer = walk.get(f"/datasets/{dataset}/fields/{field}/options", limit=2000)
            if field == "month" and answer.status_code == 200:
                values = [one["value"] for one in answer.json()["options"]]
                if values and values != months(min(values), max(values)):
                    walk.held.fault("months to choose from", surface, "do not follow each other")


def quality(walk: Walk) -> None:
    surface, answer = walk.get("/quality")
    received = {name for name in DATASETS if any(state in HELD for state in walk.oracle.files[name].values())}
    for one in answer.json()["findings"]:
        if one["dataset"] not in received:
            walk.held.fault("a finding of nothing", surface, f"says {one['finding']} of {one['dataset']}")


def properties(walk: Walk) -> None:
    for name in DATASETS:
        held = {file for file, state in walk.oracle.files[name].items() if state in HELD}
        for force in sorted({force for force, _ in walk.oracle.files[name]})[:2]:
            surface, answer = walk.get("/file-properties", dataset=name, force=force, all="true")
            told = {(force, one["month"]) for one in answer.json()["properties"]}
            if told - held:
                walk.held.fault("a property of nothing", surface, f"speaks of {sorted(told - held)[:3]}")


WALKS: dict[str, Callable[[Walk], None] | None] = {
    f"{V1}/questions/{{dataset}}": None,  # test_sparse_questions.py
    f"{V1}/dashboards/{{name}}": dashboards,
    f"{V1}/dashboards/{{name}}/answers": dashboards,
    f"{V1}/areas/{{kind}}/{{area_id}}": areas,
    f"{V1}/datasets/{{dataset}}/records": records,
    f"{V1}/records/{{record_id}}": records,
    f"{V1}/tiles/{{dataset}}/{{z}}/{{x}}/{{y}}.mvt": tiles,
    f"{V1}/coverage": coverage,
    f"{V1}/quality": quality,
    f"{V1}/file-properties": properties,
    f"{V1}/releases": releases,
    f"{V1}/releases/{{old}}/changes/{{new}}": releases,
    f"{V1}/releases/{{old}}/changes/{{new}}/records": releases,
    f"{V1}/site": site,
    f"{V1}/datasets/{{dataset}}/fields/{{field}}/options": options,
}
# Names and outlines alone, or the live half.
OTHERS = {
    f"{V1}/places", f"{V1}/dashboards", f"{V1}/datasets", f"{V1}/datasets/{{dataset}}", f"{V1}/areas/{{kind}}.geojson",
    f"{V1}/areas/{{kind}}/{{feed}}/{{name}}",
}  # fmt: skip
_LIVE = (f"{V1}/feeds", f"{V1}/hooks")


def test_every_route_is_walked(sparse: SparseHome) -> None:
    described = {path for path in sparse.server.app.openapi()["paths"] if not path.startswith(_LIVE)}
    assert described - (WALKS.keys() | OTHERS) == set(), "a new route: add it to WALKS"
    assert (WALKS.keys() | OTHERS) - described == set()


def test_every_route_says_what_is_true(sparse: SparseHome) -> None:
    walk = Walk(sparse)
    for step in dict.fromkeys(step for step in WALKS.values() if step):
        step(walk)
    walk.held.fail()
