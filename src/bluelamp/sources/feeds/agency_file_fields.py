"""Where our fields, times and points come from, as it is written in an agency's file. Part of `agency_file`."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from bluelamp.sources.feeds.time_formats import NAMED_FORMATS, holds, lacks

Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Table(BaseModel):
    """A table of the file: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldTable(Table):
    """Where one of our fields comes from: one `column`, several `columns` joined, or the first of `any_of` that is
    filled. `pattern` takes a part of it: its first group. Where it does not match, `otherwise` takes the whole text or
    nothing."""

    column: Column | None = None
    columns: tuple[Column, ...] = ()
    join: str = " "
    any_of: tuple[Column, ...] = ()
    pattern: str | None = None
    otherwise: Literal["whole", "nothing"] = "whole"
    separator: str | None = None  # of `units` only: what stands between two units
    status: Column | None = None  # of `units` only, where they are a list of objects: the key of a unit's status

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return None if pattern is None else _checked_pattern(pattern)

    @model_validator(mode="after")
    def _says_one_thing(self) -> FieldTable:
        if sum(map(bool, (self.column, self.columns, self.any_of))) != 1:
            raise ValueError("give exactly one of column, columns and any_of")
        return self


class TimeTable(Table):
    """When a call was reported: one `moment` column, or a `date` and a `time`; where all are given, the moment counts
    where it is filled. A `time` alone is today's, or yesterday's where that is still ahead; so is a moment whose format
    has no day. `formats` are those of the moment or date, tried in order; `pattern` takes the moment out of a longer
    text; `zone` where it is not the feed's."""

    moment: Column | None = None
    pattern: str | None = None
    date: Column | None = None
    time: Column | None = None
    formats: tuple[str, ...] = ("iso",)
    time_formats: tuple[str, ...] = ("%H:%M:%S", "%I:%M:%S %p", "%H:%M")
    zone: str | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return None if pattern is None else _checked_pattern(pattern)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str | None) -> str | None:
        return None if zone is None else checked_zone(zone)

    @field_validator("formats")
    @classmethod
    def _formats_exist(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for one in formats:
            if one not in NAMED_FORMATS and "%" not in one:
                raise ValueError(f"“{one}” is no format: write {', '.join(NAMED_FORMATS)}, or such as %m/%d/%Y %H:%M")
            if why := lacks(one):
                raise ValueError(why)
        return formats

    @field_validator("time_formats")
    @classmethod
    def _hold_a_time(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for one in formats:
            if why := lacks(one) or ("" if holds(one).clock else f"“{one}” holds no time of day"):
                raise ValueError(why)
        return formats

    @model_validator(mode="after")
    def _is_whole(self) -> TimeTable:
        if not self.moment and not self.time:
            raise ValueError("give moment, or both date and time, or time alone where there is no date")
        if self.moment and not self.date and not any(holds(one).clock for one in self.formats):
            raise ValueError("none of the formats holds a time of day, and a day alone is no moment")
        return self


class PointTable(Table):
    """Where the feed itself says a call is: two columns in degrees, or a `pair` of both in one text, with `separator`
    between them. Numbers are multiplied by `scale` (0.000001 for millionths); `unsigned` names the sides of the earth
    whose numbers are written without a minus sign."""

    latitude: Column | None = None
    longitude: Column | None = None
    pair: Column | None = None
    order: Literal["latitude longitude", "longitude latitude"] = "latitude longitude"
    separator: Annotated[str, StringConstraints(min_length=1, max_length=10)] | None = None
    scale: float = Field(default=1.0, gt=0, le=1)
    unsigned: tuple[Literal["west", "south"], ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> PointTable:
        if bool(self.pair) == bool(self.latitude and self.longitude):
            raise ValueError("give latitude and longitude, or pair")
        if self.separator and not self.pair:
            raise ValueError("a separator stands between the two numbers of a pair")
        return self


def _checked_pattern(pattern: str) -> str:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern is no regular expression ({error})") from None
    if compiled.groups < 1:
        raise ValueError("the pattern needs one group in parentheses: what it takes")
    return pattern


def checked_zone(zone: str) -> str:
    """The name of a time zone that exists. Raises ValueError."""
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"there is no time zone “{zone}”; they are named such as America/Chicago") from None
    return zone
