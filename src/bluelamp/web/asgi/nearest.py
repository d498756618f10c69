"""What was probably meant by a parameter that an address does not have: the nearest right form, to be copied. Used by
`parameters`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from bluelamp.questions.registry import datasets

# What other APIs, libraries and habits call the parameters here, from the likeliest on.
_OTHERS_NAMES: dict[str, tuple[str, ...]] = {
    "where": ("filter", "filters", "query", "condition"),
    "measure": ("measures", "metric", "metrics", "select", "value", "values", "count"),
    "by": ("group", "groups", "groupby", "group_by", "dimension", "dimensions", "breakdown"),
    "from": ("form", "start", "since", "first", "after_date", "date_from", "start_date", "from_date", "month_from"),
    "to": ("until", "end", "last", "before", "date_to", "end_date", "to_date", "month_to"),
    "order": ("sort", "sort_by", "order_by", "orderby", "sortby"),
    "limit": ("rows", "size", "per_page", "page_size", "pagesize", "top", "max", "n", "first"),
    "after": ("page", "offset", "skip", "start", "cursor", "next"),
    "format": ("output", "f", "fmt", "type", "accept"),
    "as_of": ("asof", "release"),
    "version": ("data_version", "v"),
    "at": ("date", "time", "when"),
    "cards": ("card",),
    "q": ("query", "search", "name", "postcode", "text", "term"),
}
# What others call the fields.
_OTHERS_FIELDS = {
    "category": "crime_type",
    "offence": "crime_type",
    "crime": "crime_type",
    "ethnicity": "self_ethnicity",
}
_MONTHS = frozenset({"date", "month", "months", "period", "day"})
_PLACES = re.compile(
    r"(lat|lng|lon|long|latitude|longitude|x|y|poly|polygon|bbox|box|bounds|radius|distance|near|point|geometry|within"
    r"|intersects|circle)"
)
_MONTH = re.compile(r"([0-9]{4}-(?:0[1-9]|1[0-2]))(-[0-9]{2})?")
_INDEXED = re.compile(r"(where|filter|filters)\[(\w+)\]")
_NO_PLACES = "Nothing here is asked by a point, a radius or a polygon"


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """Where something was asked: the parameters of the address, and the dataset that it names."""

    names: Collection[str]
    dataset: str = ""

    @property
    def filters(self) -> bool:
        """Whether it is filtered by fields."""
        return "where" in self.names

    def fields(self) -> list[str]:
        """The fields to filter by: of its dataset, or of any."""
        named = datasets().get(self.dataset)
        specs = [named] if named is not None else list(datasets().values())
        return list(dict.fromkeys(one.name for spec in specs for one in spec.dimensions))


def advice(parameters: Mapping[str, str], place: RequestTarget) -> str:
    """What to write instead, as sentences; what there is, where nothing comes near."""
    found, points = [], False
    for name, value in parameters.items():
        points = points or _is_place(name, place)
        form = "" if _is_place(name, place) else nearest(name, value, place)
        if form:
            found.append(f"Instead of {_shown(name, value)} write {form}.")
    if points:
        instead = "; where=local_authority=NAME narrows to an area" if "local_authority" in _askable(place) else ""
        found.append(f"{_NO_PLACES}{instead}.")
    return " ".join(found) or _declared(place)


def nearest(name: str, value: str, place: RequestTarget) -> str:
    """`where=force=kent` for (`force`, `kent`); empty where nothing comes near."""
    return next(_forms(name, value, place), "")


def _forms(name: str, value: str, place: RequestTarget) -> Iterator[str]:
    indexed = _INDEXED.fullmatch(name)
    negated = name.endswith(("!", ".not"))
    plain = (indexed[2] if indexed else name).removesuffix("!").removesuffix(".not")
    plain = plain.strip("$ ").removesuffix("[]").replace("-", "_").lower()[:60]
    if plain in place.names and not indexed:
        yield _pair(plain, value)
    month = _MONTH.fullmatch(value)
    if plain in _MONTHS and month and {"from", "to"} <= set(place.names):
        if month[2] and plain in ("date", "day") and "date" in _askable(place):
            yield _pair("where", f"date={value}")
        yield f"from={month[1]}&to={month[1]}"
    sign = "!=" if negated else "="
    if plain in _askable(place):
        yield _pair("where", f"{plain}{sign}{value}")
    if plain == "where":  # a filter, where filters are parameters of their own
        field, _, rest = value.partition("=")
        if field in place.names:
            yield _pair(field, rest)
    yield from (_pair(one, value) for one, others in _OTHERS_NAMES.items() if one in place.names and plain in others)
    if _OTHERS_FIELDS.get(plain) in _askable(place):
        yield _pair("where", f"{_OTHERS_FIELDS[plain]}{sign}{value}")
    if len(plain) > 2:
        yield from (_pair(one, value) for one in sorted(place.names) if one.startswith(plain))
    yield from (_pair(one, value) for one in difflib.get_close_matches(plain, place.names, n=1, cutoff=0.7))
    close = difflib.get_close_matches(plain, _askable(place), n=1, cutoff=0.75)
    yield from (_pair("where", f"{one}{sign}{value}") for one in close)


def _askable(place: RequestTarget) -> list[str]:
    return place.fields() if place.filters else []


def _is_place(name: str, place: RequestTarget) -> bool:
    return name not in _askable(place) and _PLACES.fullmatch(name.lower()) is not None and "bbox" not in place.names


def _pair(name: str, value: str) -> str:
    return f"{name}={quote(value[:80], safe='=,:!-.')}"


def _shown(name: str, value: str) -> str:
    return f"{name[:60]}={value[:60]}" if value else name[:60]


def _declared(place: RequestTarget) -> str:
    names = sorted(place.names)
    return f"There are: {', '.join(names)}." if names else "It takes none."
