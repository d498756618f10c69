"""The pages that are looked at, with an area and a record that the archive has."""

from __future__ import annotations

from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Places:
    authority: str
    authority_name: str
    record: str

    @property
    def pages(self) -> list[str]:
        return [
            "/",
            "/crime",
            "/outcomes",
            "/stops",
            "/d/bikes",
            f"/area/local-authority/{self.authority}",
            "/area/force/kent",
            "/data",
            "/data/changes?old=2023-05&new=2023-06&dataset=crimes",
            "/records/crimes",
            "/records/stops?force=kent",
            f"/record/{self.record}",
            "/api",
            "/terms",
            "/no-such-page",
            "/embed/crime/by-month?force=kent",
            "/embed/stops/map",
        ]


def places_of(api: httpx.Client) -> Places:
    rows = api.get("/dashboards/crime/answers", params={"cards": "map"}).json()["cards"]["map"]["areas"]["rows"]
    most = max(rows, key=lambda row: row["count"] or 0)
    record = api.get(
        "/datasets/crimes/records", params={"where": ["located=true", "crime_type=Burglary"], "limit": 1}
    ).json()
    return Places(most["id"], most["name"], record["rows"][0]["id"])
