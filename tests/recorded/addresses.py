"""The requests of a recording, chosen by asking a server for what there is: fields, measures, areas, records, calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, pairwise
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from tests.recorded.clock import MADE
from tests.recorded.homes import FEED

V1 = "/api/v1"
_FORMATS = ("csv", "parquet", "xlsx", "geojson")
_AREAS = ("force", "local_authority", "lsoa", "division", "beat", "reporting_area", "city", "ward")
_WRONG = ("month=2022-13", "force=nowhere", "nonsense", "crime_type=", "lsoa=E01000001,E01000002")


class Chooser:
    """Asks one server what there is to ask for."""

    def __init__(self, client: httpx.Client, *, whole: bool) -> None:
        """`whole`: every measure by every field; else enough to see what is known and what is not."""
        self._client, self._whole = client, whole
        self.datasets: list[dict[str, Any]] = self.get("/datasets")["datasets"]

    def get(self, path: str, **params: Any) -> Any:
        return self._client.get(f"{V1}{path}", params=params).json()

    def options(self, dataset: str, field: str) -> list[str]:
        """The values to choose from, none where a field has no list."""
        told = self.get(f"/datasets/{dataset}/fields/{field}/options", limit=3)
        return [str(option["value"]) for option in told.get("options", ())]

    def requests(self) -> list[str]:
        """The addresses of every question, each once; a request that is no GET begins with its method."""
        parts = [
            self.site(),
            *(self.dataset(one) for one in self.datasets),
            self.dashboards(),
            self.areas(),
            self.held(),
        ]
        if FEED in [feed["name"] for feed in self.get("/feeds")["feeds"]]:
            parts += [self.feed(), self.hooks()]
        return list(dict.fromkeys(chain.from_iterable(parts)))

    def site(self) -> Iterator[str]:
        yield from (f"{V1}/{name}" for name in ("site", "datasets", "dashboards", "feeds", "nothing"))
        yield from (f"{V1}/places?{urlencode({'q': text})}" for text in ("north", "kent", "a", "", "<b>", "ZZ1 1ZZ"))
        yield from ("/openapi.json", "/healthz", "/readyz", "/robots.txt", "/no-such-page")

    # -- questions, records, tiles ------------------------------------------------------------------------------------

    def dataset(self, told: dict[str, Any]) -> Iterator[str]:
        name = told["name"]
        fields = [field["name"] for field in told["fields"]]
        measures = [measure["name"] for measure in told["measures"]]
        wheres = self._wheres(name, told["fields"])
        yield f"{V1}/datasets/{name}"
        for field in [*fields, "nonsense"]:
            yield f"{V1}/datasets/{name}/fields/{field}/options"
            yield f"{V1}/datasets/{name}/fields/{field}/options?q=a&limit=5"
        yield from self._questions(name, fields, measures, wheres)
        yield from _rows(f"{V1}/datasets/{name}/records", wheres, limit=3)
        for tile in ("0/0/0", "5/15/10", "5/7/12", "10/236/412", "30/0/0"):
            yield f"{V1}/tiles/{name}/{tile}.mvt"
        for where in wheres:
            yield f"{V1}/tiles/{name}/0/0/0.mvt?{urlencode({'where': where})}"
        for record in self.get(f"/datasets/{name}/records", limit=3).get("rows", ()):
            yield f"{V1}/records/{record['id']}"

    def _wheres(self, dataset: str, fields: list[dict[str, Any]]) -> list[str]:
        found = []
        for field in fields:
            values = self.options(dataset, field["name"]) if field["options"] else []
            if field["filter"] and values:
                found.append(f"{field['name']}={values[-1]}")
        return found

    def _questions(self, name: str, fields: list[str], measures: list[str], wheres: list[str]) -> Iterator[str]:
        def ask(**params: Any) -> str:
            return f"{V1}/questions/{name}?{urlencode(params, doseq=True)}"

        main, second = measures[0], measures[1]
        yield f"{V1}/questions/{name}"
        yield from (ask(measure=measure) for measure in measures)
        for measure in measures if self._whole else measures[:1]:
            yield from (ask(measure=measure, by=field, limit=40) for field in fields)
        if not self._whole:
            yield ask(measure=",".join(measures[:4]), by="force,month", limit=200)
        for where in wheres:
            yield ask(measure=f"{main},{second}", where=where)
            yield ask(measure=main, by="month", where=where)
        for first, last in (
            ("2022-01", "2022-06"),
            ("2000-01", "2000-02"),
            ("2026-02", "2026-02"),
            ("2022-06", "2022-01"),
        ):
            yield ask(measure=main, by="month", **{"from": first, "to": last})
        for pair in pairwise(fields) if self._whole else ():
            yield ask(measure=main, by=",".join(pair), limit=40)
        for form in _FORMATS:
            yield ask(measure=main, by="month", format=form)
            yield ask(measure=main, by="map_point", limit=20, format=form)
        yield ask(measure=main, by=fields[2], order="-" + main, limit=5)
        yield ask(measure=main, by=fields[2], order=main, limit=5)
        yield ask(measure=main, by="nonsense")
        yield ask(measure="nonsense")
        yield ask(measure=main, where=list(_WRONG))
        yield from (ask(measure=main, where=where) for where in _WRONG)
        for release in ("2023-05", "2016-03", "1999-01"):
            yield ask(measure=main, by="month", as_of=release)
        yield ask(measure=main, version="0123456789ab")
        yield ask(measure=main, nonsense="1")

    def dashboards(self) -> Iterator[str]:
        for told in self.get("/dashboards")["dashboards"]:
            base = f"{V1}/dashboards/{told['name']}"
            yield base
            yield f"{base}/answers"
            for where in ("force=kent", "force=gwent", "force=nowhere", "feed=demo-city", "crime_type=Burglary"):
                yield f"{base}/answers?{urlencode({'where': where})}"
            for first, last in (
                ("2022-01", "2022-06"),
                ("2023-05", "2023-06"),
                ("2026-02", "2026-02"),
                ("2030-01", "2030-02"),
            ):
                yield f"{base}/answers?from={first}&to={last}"
            yield f"{base}/answers?cards=nonsense"
        yield f"{V1}/dashboards/nonsense"

    # -- areas, files, releases ---------------------------------------------------------------------------------------

    def areas(self) -> Iterator[str]:
        for kind in _AREAS:
            yield f"{V1}/areas/{kind}.geojson"
            features = self.get(f"/areas/{kind}.geojson").get("features", ())
            yield from (f"{V1}/areas/{kind}/{quote(str(one.get('id')), safe='')}" for one in features[:4])
        yield from (f"{V1}/areas/force/{force}" for force in ("kent", "btp", "gwent", "humberside", "nowhere"))
        for feature in self.get("/areas/local_authority.geojson").get("features", ())[:4]:
            yield f"{V1}/areas/local_authority/{quote(str(feature['properties'].get('id')), safe='')}"

    def held(self) -> Iterator[str]:
        yield from (f"{V1}/{name}" for name in ("coverage", "quality", "file-properties", "releases"))
        for dataset in ("crimes", "outcomes", "stops", "nonsense"):
            yield f"{V1}/quality?dataset={dataset}"
            yield f"{V1}/file-properties?dataset={dataset}&force=kent&all=true"
        releases = sorted(one["release"] for one in self.get("/releases").get("releases", ()))
        for old, new in [*pairwise(releases), ("1999-01", "1999-02")]:
            base = f"{V1}/releases/{old}/changes/{new}"
            yield base
            for dataset in ("crimes", "outcomes", "stops"):
                yield f"{base}/records?dataset={dataset}&limit=5"
                yield f"{base}/records?dataset={dataset}&limit=5&force=kent&format=csv"

    # -- the live half ------------------------------------------------------------------------------------------------

    def feed(self) -> Iterator[str]:
        base, now = f"{V1}/feeds/{FEED}", MADE
        calls = self.get(f"/feeds/{FEED}/calls")["calls"]
        day, hour = now - timedelta(days=1), now - timedelta(hours=1)
        yield from _formats(f"{base}/calls")
        for query in _filters(calls):
            yield from (f"{base}/{what}?{query}" for what in ("calls", "statistics", "follow.json", "follow.atom"))
            yield f"{base}/activity?{query}&from={_moment(day)}&to={_moment(now)}&step=3600"
        for call in calls[:6]:
            yield f"{base}/calls/{call['id']}"
            yield f"{base}/calls/{call['id']}/place"
        yield f"{base}/calls/0123456789abcdef"
        for name in (
            "",
            "/health",
            "/areas",
            "/areas/ground",
            "/places",
            "/statistics",
            "/follow.atom",
            "/follow.json",
        ):
            yield base + name
        yield f"{base}/snapshots?limit=20"
        for kind in ("beat", "division", "reporting_area", "city"):
            yield f"{base}/areas/{kind}"
        for kind in ("beat", "division"):
            for name in sorted({str(call[kind]) for call in calls if call.get(kind)})[:3]:
                yield f"{V1}/areas/{kind}/{FEED}/{quote(name)}"
        for at in (now, hour, day, now - timedelta(days=30)):
            yield from _formats(f"{base}/history?at={_moment(at)}")
        between = f"from={_moment(hour)}&to={_moment(now)}"
        yield from _formats(f"{base}/history?{between}")
        yield f"{base}/history?{between}&changes=true&places=true"
        yield f"{base}/history?{between}&limit=2"
        yield f"{base}/activity?{between}"
        yield f"{base}/activity?from=x&to=y"
        yield f"{V1}/feeds/nowhere"
        cursor = self.get(f"/feeds/{FEED}")["cursor"]
        epoch, seq = cursor.split(":")
        yield f"STREAM {base}/events?cursor={epoch}:{int(seq) - 30}"
        yield f"POST {base}/snapshots"

    def hooks(self) -> Iterator[str]:
        """In this order: a webhook is made, changed and removed. HOOK stands for the one that was made last."""
        made = {"feed": FEED, "url": "http://127.0.0.1:9/hook", "description": "A test", "kinds": ["opened"]}
        yield f"GET? {V1}/hooks"
        yield f"GET! {V1}/hooks"
        yield f"POST! {V1}/hooks {json.dumps(made)}"
        yield f"POST! {V1}/hooks {json.dumps({'feed': FEED, 'url': 'gopher://x'})}"
        yield f"GET! {V1}/hooks/HOOK"
        yield f"PATCH! {V1}/hooks/HOOK {json.dumps({'state': 'paused'})}"
        yield f"GET! {V1}/hooks/HOOK/dead"
        yield f"POST! {V1}/hooks/HOOK/dead/retry"
        yield f"DELETE! {V1}/hooks/HOOK"


def _rows(base: str, wheres: list[str], **params: Any) -> Iterator[str]:
    yield f"{base}?{urlencode(params)}"
    for where in wheres:
        yield f"{base}?{urlencode({**params, 'where': where})}"
    month = {"where": wheres[-1:], "from": "2022-06", "to": "2022-06"}
    for form in _FORMATS:
        yield f"{base}?{urlencode({**month, 'format': form}, doseq=True)}"


def _formats(path: str) -> Iterator[str]:
    joint = "&" if "?" in path else "?"
    yield path
    yield from (f"{path}{joint}format={form}" for form in ("geojson", "csv", "parquet"))


def _filters(calls: list[dict[str, Any]]) -> Iterator[str]:
    first = calls[0]
    for field in ("division", "beat", "priority", "nature"):
        yield urlencode({field: first.get(field) or "none"})
    yield "bbox=-100.9,33.5,-100.8,33.7"


def _moment(at: Any) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
