"""An agency's file as it is written: one small TOML, every key with its meaning, nonsense refused.

Read by `parsing`; `agency` makes of it what the program works with. What may stand in a file is said here once, and
`docs/how-to/add-a-feed.md` shows it by example.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from bluelamp.domain.feed import Restarts
from bluelamp.domain.meaning import Group
from bluelamp.domain.snapshot import FIELDS
from bluelamp.sources.feeds.agency_file_fields import FieldTable, PointTable, Table, TimeTable, checked_zone

Platform = Literal["socrata", "arcgis", "json", "xml", "rss", "html_table", "csv"]
# How exactly a place may be shown, the most exact first.
Finest = Literal["point", "block", "street", "area"]
# What `reported_local` and `reported_at` are made of is said under [time].
TIMES = ("reported_local", "reported_at")
MAPPED = (*(name for name in FIELDS if name not in TIMES), "unit", "unit_status", "units")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=600)]
OurField = Literal[
    "incident_number", "nature", "priority", "status", "division", "beat", "reporting_area", "block", "location",
    "reported_local", "reported_at", "unit",
]  # fmt: skip


_NUMBER = "{incident_number}"


class PagingTable(Table):
    """How a long list is fetched: `rows` a page, at most `pages` of them, in the `order` that keeps pages apart."""

    rows: int = Field(default=1000, ge=1, le=50_000)
    pages: int = Field(default=20, ge=1, le=1000)
    order: str | None = None


class RowsTable(Table):
    """Where the rows are and which of them can be read. `path` is the way to them, names with dots between;
    `hash_fields` make a number for calls that have none (it begins with ~). `numbers_restart` says how often the
    publisher begins its numbers anew."""

    path: str = ""
    table: str | None = None  # of html_table: the id of the table
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    required: tuple[OurField, ...] = ("unit", "location", "incident_number")
    hash_fields: tuple[OurField, ...] = ()
    numbers_restart: Restarts = "never"
    expected: tuple[int, int] | None = None

    @field_validator("expected")
    @classmethod
    def _in_order(cls, expected: tuple[int, int] | None) -> tuple[int, int] | None:
        if expected is not None and not 0 <= expected[0] <= expected[1]:
            raise ValueError("write the fewest and the most rows that are usual, such as [10, 200]")
        return expected


class GuardTable(Table):
    """When a snapshot is doubted, and when a call is gone; left out, the usual numbers."""

    misses: int = Field(default=2, ge=1, le=100)
    limit: int | None = Field(default=None, ge=0)
    shrunk_share: float = Field(default=0.4, ge=0, le=1)
    shrunk_floor: int = Field(default=10, ge=0)
    unreadable_share: float = Field(default=0.05, ge=0, le=1)
    believed_minutes: float = Field(default=15, ge=0, le=10_080)
    future_minutes: float = Field(default=5, ge=0, le=1440)
    reopen_hours: float = Field(default=24, ge=0, le=8760)
    reopen_unnumbered_hours: float = Field(default=1, ge=0, le=8760)


class PrivacyTable(Table):
    """What is kept from view. `mask_block` writes 3217 as 32XX, whatever number is not known to name a street or a
    route, and rounds points; `suppress_natures` are left out whole (* stands for anything); `delay_minutes` holds every
    snapshot back. `jitter_m` moves every point by up to so many metres; `finest` is the finest place that is shown,
    with `area` no points at all."""

    mask_block: bool = False
    suppress_natures: tuple[Text, ...] = ()
    delay_minutes: float = Field(default=0, ge=0, le=10_080)
    point_decimals: int | None = Field(default=None, ge=0, le=7)
    jitter_m: float = Field(default=0, ge=0, le=2_000)
    finest: Finest = "point"

    @property
    def hides_points(self) -> bool:
        """Whether points are shown less exactly than they are known: then no text may tell them either."""
        return self.mask_block or self.point_decimals is not None or self.jitter_m > 0 or self.finest != "point"


class IncidentTable(Table):
    """Where a call's official report can be read: `url`, with `{incident_number}` where the call's number goes; left
    out where there is no page. `words` says what is found there."""

    url: str = ""
    words: Sentence

    @field_validator("url")
    @classmethod
    def _has_the_number(cls, url: str) -> str:
        if not url:
            return url
        if not url.startswith("https://"):
            raise ValueError("write an address that begins with https://")
        if url.count(_NUMBER) != 1 or _NUMBER in urlsplit(url).netloc or set("{}") & set(url.replace(_NUMBER, "")):
            raise ValueError(f"write {_NUMBER} once, behind the host, where the call's number goes, and no other brace")
        return _checked_url(url)


class NatureTable(Table):
    """What one nature means: `match` is its text or a pattern with *, `words` one sentence that explains it."""

    match: Text
    label: Text
    words: Sentence = ""
    group: Group = "other"


class PriorityTable(Table):
    """What one priority means; `rank` 1 is the most urgent."""

    match: Text
    label: Text
    words: Sentence = ""
    rank: int = Field(ge=1, le=4)


class AgencyFile(Table):
    """The whole file."""

    title: Text
    platform: Platform
    url: str
    zone: str
    city: str = ""
    description: str = ""
    window: Literal["active", "rolling"] = "active"
    interval_seconds: float = Field(default=120, ge=1, le=86_400)
    fresh_minutes: float = Field(default=30, gt=0, le=44_640)
    body_limit_mb: float = Field(default=32, gt=0, le=256)
    timeout_seconds: float = Field(default=30, gt=0, le=300)
    bounds: tuple[float, float, float, float] | None = None
    check_fields: tuple[Literal["beat", "reporting_area", "division"], ...] = ()
    licence: str = ""
    attribution: str = ""
    source_url: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    paging: PagingTable = PagingTable()
    rows: RowsTable = RowsTable()
    fields: dict[str, FieldTable]
    time: TimeTable | None = None
    point: PointTable | None = None
    guard: GuardTable = GuardTable()
    privacy: PrivacyTable = PrivacyTable()
    incident: IncidentTable | None = None
    natures: tuple[NatureTable, ...] = Field(default=(), max_length=1_000)
    priorities: tuple[PriorityTable, ...] = Field(default=(), max_length=100)

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        return _checked_url(url)

    @field_validator("source_url")
    @classmethod
    def _web_address_or_none(cls, url: str) -> str:
        return _checked_url(url) if url else url

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        return checked_zone(zone)

    @field_validator("bounds")
    @classmethod
    def _a_box(cls, bounds: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if bounds is not None:
            west, south, east, north = bounds
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError("write it as [west, south, east, north] in degrees")
        return bounds

    @field_validator("headers")
    @classmethod
    def _plain_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not (value.isascii() and value.isprintable()):
                raise ValueError(f"“{name}” is no header that can be sent")
        return headers

    @field_validator("fields", mode="before")
    @classmethod
    def _short_forms(cls, fields: Any) -> Any:
        """A column's name alone stands for `{ column = … }`."""
        if not isinstance(fields, dict):
            return fields
        return {name: {"column": one} if isinstance(one, str) else one for name, one in fields.items()}

    @model_validator(mode="after")
    def _fits_together(self) -> AgencyFile:
        if "unit" in self.fields and "units" in self.fields:
            raise ValueError("map unit (one in a row) or units (all of a call in one column), not both")
        if "unit_status" in self.fields and "unit" not in self.fields:
            raise ValueError("unit_status needs unit")
        if self.rows.numbers_restart != "never" and self.time is None:
            raise ValueError("numbers_restart needs [time]: a number is good for the day that a call was reported on")
        if any(table.status for name, table in self.fields.items() if name != "units"):
            raise ValueError("status is of units, where they are a list of objects")
        if not any(name in self.fields for name in self.rows.required):
            raise ValueError("none of the fields that a row needs is mapped: map unit, location or incident_number")
        return self


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(f"“{url}” is no web address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a web address that begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a web address must not hold a user name or password")
    return url
