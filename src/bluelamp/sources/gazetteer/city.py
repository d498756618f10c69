"""Cities: what a gazetteer is made of. One small TOML for each, shipped in `cities/` or kept in the home's `cities/`:
its bounds, the other names of its freeways, and each input with its address, licence and columns.

Used by the step that builds gazetteers, by the commands, and by whoever reads a feed's locations (its aliases).
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from bluelamp.domain.location import canonical_aliases
from bluelamp.errors import SettingsError
from bluelamp.sources.feeds.agency import check_name
from bluelamp.sources.feeds.parsing import line_of

Kind = Literal["address", "segment", "area", "spot"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
# What a kind of input must have, and what it may have, as columns.
NEEDED: Mapping[Kind, tuple[str, ...]] = {
    "address": ("number", "street"),
    "segment": ("street",),
    "area": ("name",),
    "spot": ("text",),
}
ALLOWED: Mapping[Kind, tuple[str, ...]] = {
    "address": ("lat", "lon"),
    "segment": ("left_from", "left_to", "right_from", "right_to"),
    "area": (),
    "spot": ("lat", "lon", "beat", "reporting_area", "division"),
}


class Input(BaseModel):
    """One file or layer. `columns` gives for each of ours the publisher's, the first that is there; several joined by
    + are written one after the other. Where no lat and lon are named, the geometry tells."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    columns: dict[str, tuple[Text, ...]]
    platform: Literal["arcgis", "socrata", "file"] = "file"
    url: str = ""
    page_rows: int = Field(default=1000, ge=1, le=50_000)
    parameters: dict[str, str] = Field(default_factory=dict)
    area: Literal["beat", "reporting_area", "division", "city"] | None = None
    keep: dict[str, str] = Field(default_factory=dict)  # only rows that have these values, whatever their case
    licence: str = ""
    attribution: str = ""

    @field_validator("columns", mode="before")
    @classmethod
    def _lists(cls, columns: Any) -> Any:
        if not isinstance(columns, dict):
            return columns
        return {ours: [theirs] if isinstance(theirs, str) else theirs for ours, theirs in columns.items()}

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("write a web address that begins with https:// or http://")
        return url

    @model_validator(mode="after")
    def _fits_together(self) -> Input:
        known = (*NEEDED[self.kind], *ALLOWED[self.kind])
        for column in self.columns:
            if column not in known:
                raise ValueError(f"material of kind {self.kind} has no column “{column}”; known are {', '.join(known)}")
        if missing := [column for column in NEEDED[self.kind] if column not in self.columns]:
            raise ValueError(f"material of kind {self.kind} needs the column {missing[0]}")
        if (self.kind == "area") != (self.area is not None):
            raise ValueError("say with area = … which field of a call names these areas, and only of kind area")
        if self.platform != "file" and not self.url:
            raise ValueError(f"an input of {self.platform} needs a url")
        return self


class CityFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    bounds: tuple[float, float, float, float]
    feeds: tuple[Text, ...] = ()
    default_points: tuple[tuple[float, float], ...] = ()
    aliases: dict[Text, Text] = Field(default_factory=dict)
    inputs: dict[str, Input] = Field(default_factory=dict)

    @field_validator("bounds")
    @classmethod
    def _a_box(cls, bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        west, south, east, north = bounds
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError("write it as [west, south, east, north] in degrees")
        return bounds


class City:
    """One city's configuration. `aliases` as `domain.location.parse_location` takes them, `origin` where it was read
    from: `shipped`, or a path; `fingerprint` changes with whatever the file says."""

    def __init__(self, name: str, written: CityFile, origin: str) -> None:
        self.name, self.origin = name, origin
        self.title = written.title
        self.feeds = written.feeds or (name,)
        self.bounds = written.bounds
        self.default_points = written.default_points
        self.aliases = canonical_aliases(written.aliases)
        self.inputs = written.inputs
        self.fingerprint = hashlib.sha256(written.model_dump_json().encode()).hexdigest()[:12]


def read_cities(folder: Path | None) -> dict[str, City]:
    """The shipped cities by name, and those of a folder, which take the place of shipped ones of the same name. Raises
    SettingsError that names file and line."""
    found = {}
    for entry in resources.files(__package__).joinpath("cities").iterdir():
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            found[name] = read_city(entry.read_text(encoding="utf-8"), name, entry.name, "shipped")
    for path in sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else ():
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise SettingsError(f"{path} cannot be read: {reason}.", "Check it and its permissions.") from None
        found[path.stem] = read_city(text, path.stem, str(path), str(path))
    return dict(sorted(found.items()))


def city_of_feed(cities: Mapping[str, City], feed: str) -> City | None:
    """The city that a feed's calls lie in; None where none is known."""
    return next((city for city in cities.values() if feed in city.feeds), None)


def read_city(text: str, name: str, file: str, origin: str) -> City:
    """One city from the text of its file. Raises SettingsError with file and line."""
    check_name(name, file)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: this is not TOML: {error}.") from None
    try:
        return City(name, CityFile(**values), origin)
    except ValidationError as error:
        raise _explained(error, text, file) from None


def _explained(error: ValidationError, text: str, file: str) -> SettingsError:
    first = error.errors()[0]
    path = tuple(str(one) for one in first["loc"])
    where = f"{file}, line {line_of(text, path)}" if path else file
    if first["type"] == "missing" and path[-1].isdigit():
        return SettingsError(
            f"{where}: “{path[0]}” has too few numbers.", "Write bounds as [west, south, east, north]."
        )
    if first["type"] == "missing":
        return SettingsError(f"{file}: “{'.'.join(path)}” is missing.", "It cannot be left out.")
    if first["type"] == "extra_forbidden":
        known = CityFile.model_fields if len(path) == 1 else Input.model_fields
        close = difflib.get_close_matches(path[-1], known, n=1)
        hint = f"Did you mean “{close[0]}”?" if close else f"Known are {', '.join(known)}."
        return SettingsError(f"{where}: there is no “{path[-1]}” here.", hint)
    reason = first["msg"].removeprefix("Value error, ").rstrip(".")
    return SettingsError(
        f"{where}: “{'.'.join(path)}” cannot be so: {reason[:1].lower()}{reason[1:]}.",
        "What each word means: docs/how-to/build-a-gazetteer.md.",
    )
