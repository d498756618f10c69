"""Agencies: who runs a feed, where it is, what its columns mean. One small TOML for each, shipped in `agencies/` or
kept in the home's `feeds/`. Used by the live flow, the commands and the pages that say where data is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.meaning import Dictionary, NatureMeaning, PriorityMeaning
from bluelamp.errors import SettingsError
from bluelamp.sources.feeds.agency_file import AgencyFile, Finest, PagingTable, Platform, RowsTable
from bluelamp.sources.feeds.making import RowMaker
from bluelamp.sources.feeds.page_limit import rows_requested
from bluelamp.sources.feeds.parsing import parse_file
from bluelamp.sources.feeds.picking import decimals_of

_NAME = re.compile(r"[a-z0-9-]{1,40}")
_PAGED = ("socrata", "arcgis")


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is kept from view: see `written.PrivacyTable`. Masking, rounding and leaving out happen when rows are read;
    the delay and what is done to places are the live flow's. `point_decimals` is None where nothing is rounded."""

    mask_block: bool = False
    suppress_natures: tuple[str, ...] = ()
    delay_minutes: float = 0.0
    point_decimals: int | None = None
    jitter_m: float = 0.0
    finest: Finest = "point"

    @property
    def cloaks(self) -> bool:
        """Whether places are shown less exactly than they are known."""
        return self.jitter_m > 0 or self.finest != "point"

    @property
    def hides_points(self) -> bool:
        """The same, or rounded: then no text may tell a point either."""
        return self.cloaks or self.mask_block or self.point_decimals is not None


@dataclass(frozen=True, slots=True)
class ReportAddress:
    """Where official reports can be read: see `written.IncidentTable`."""

    url: str
    words: str

    def url_of(self, number: str) -> str | None:
        """The address of one call's report; None where there is no page."""
        return self.url.replace("{incident_number}", quote(number, safe="")) or None


@dataclass(frozen=True, slots=True, eq=False)
class Agency:
    """One feed's configuration. `zone` is a name such as America/Chicago, `bounds` (west, south, east, north) in
    degrees, `fresh_minutes` how old the newest data may be before the source is called stale."""

    name: str
    title: str
    city: str
    description: str
    platform: Platform
    url: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    paging: PagingTable
    layout: RowsTable
    zone: str
    interval_seconds: float
    timeout_seconds: float
    body_limit: int  # bytes
    rules: FeedRules
    expected_rows: tuple[int, int] | None
    fresh_minutes: float
    coordinates: Literal["feed", "none"]
    check_fields: tuple[str, ...]
    privacy: Privacy
    bounds: tuple[float, float, float, float] | None
    licence: str
    attribution: str
    source_url: str
    columns: frozenset[str]  # those that the mapping reads
    origin: str  # where it was read from: `shipped`, or a path
    maker: RowMaker = field(repr=False)
    dictionary: Dictionary = field(default=Dictionary(), repr=False)
    incident: ReportAddress | None = None

    @property
    def fields(self) -> frozenset[str]:
        """Our fields that it may fill."""
        return self.maker.fields


def read_agencies(folder: Path | None) -> dict[str, Agency]:
    """The shipped agencies by name, and those of a folder, which take the place of shipped ones of the same name.
    Raises SettingsError that names file and line."""
    found = dict(_shipped_agencies())
    for path in sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else ():
        agency = read_agency_file(path)
        found[agency.name] = agency
    return dict(sorted(found.items()))


@cache
def _shipped_agencies() -> Mapping[str, Agency]:
    """The shipped agencies, read once for a process: a server opens them for each of its parts."""
    return {name: read_agency(text, name, f"{name}.toml", "shipped") for name, text in shipped().items()}


def shipped() -> dict[str, str]:
    """The text of each agency's file that comes with Bluelamp, by its name."""
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in resources.files(__package__).joinpath("agencies").iterdir()
        if entry.name.endswith(".toml")
    }


def read_agency_file(path: Path) -> Agency:
    """One agency from a file; its name is the file's. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"{path} cannot be read: {reason}.", "Check it and its permissions.") from None
    return read_agency(text, path.stem, str(path), str(path))


def read_agency(text: str, name: str, file: str, origin: str) -> Agency:
    """One agency from the text of its file. `file` is how messages name it. Raises SettingsError with file and line."""
    check_name(name, file)
    written = parse_file(text, file)
    rules = FeedRules(
        feed=name,
        window=written.window,
        interval_seconds=written.interval_seconds,
        numbers_restart=written.rows.numbers_restart,
        limit=_limit(written),
        **written.guard.model_dump(exclude={"limit"}),
    )
    return Agency(
        name=name,
        title=written.title,
        city=written.city,
        description=written.description,
        platform=written.platform,
        url=written.url,
        parameters=written.parameters,
        headers=written.headers,
        paging=_paging(written),
        layout=written.rows,
        zone=written.zone,
        interval_seconds=written.interval_seconds,
        timeout_seconds=written.timeout_seconds,
        body_limit=int(written.body_limit_mb * (1 << 20)),
        rules=rules,
        expected_rows=written.rows.expected,
        fresh_minutes=written.fresh_minutes,
        coordinates="none" if written.point is None else "feed",
        check_fields=written.check_fields,
        privacy=_privacy(written),
        bounds=written.bounds,
        licence=written.licence,
        attribution=written.attribution,
        source_url=written.source_url,
        columns=frozenset(_columns(written)),
        origin=origin,
        maker=RowMaker(written),
        dictionary=Dictionary(
            tuple(NatureMeaning(**one.model_dump()) for one in written.natures),
            tuple(PriorityMeaning(**one.model_dump()) for one in written.priorities),
        ),
        incident=None if written.incident is None else ReportAddress(written.incident.url, written.incident.words),
    )


def check_name(name: str, file: str = "") -> None:
    """Raises SettingsError for what cannot name a feed."""
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{file or name}: “{name}” cannot name a feed.",
            "Small letters, digits and hyphens, at most 40; the file is named after it: dallas-tx.toml.",
        )


def _privacy(written: AgencyFile) -> Privacy:
    told = written.privacy
    return Privacy(
        told.mask_block,
        told.suppress_natures,
        told.delay_minutes,
        None if written.point is None else decimals_of(told),
        told.jitter_m,
        told.finest,
    )


def _limit(written: AgencyFile) -> int:
    """The most rows that an answer can have: of a paged list, all its pages; else what its address asks for; as the
    file says, where it does."""
    if written.guard.limit is not None:
        return written.guard.limit
    if written.platform in _PAGED:
        return _paging(written).rows * written.paging.pages
    return rows_requested(written.url, written.parameters)


def _paging(written: AgencyFile) -> PagingTable:
    """How it is fetched: the agency's own parameter takes the place of the rows of a page."""
    asked = rows_requested("", written.parameters) if written.platform in _PAGED else 0
    return written.paging.model_copy(update={"rows": asked}) if asked else written.paging


def _columns(written: AgencyFile) -> Iterator[str]:
    for table in written.fields.values():
        yield from (table.column,) if table.column else (*table.columns, *table.any_of)
    for one in (written.time, written.point):
        if one is not None:
            names = ("moment", "date", "time", "latitude", "longitude", "pair")
            yield from (value for name in names if (value := getattr(one, name, None)))
