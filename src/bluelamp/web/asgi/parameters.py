"""The parameters of an address are those that its description declares, and no others: what narrows a figure is done or
refused, never passed over. One rule for every route of `/api/v1`; put around them by `web.app`, used by `streams` too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from bluelamp.errors import UsageError
from bluelamp.messages import joined
from bluelamp.web.asgi.nearest import RequestTarget, advice

# What advertisers, newsletters and social networks append to a link that somebody follows: it asks nothing.
TRACKING = (
    "utm_*", "fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "twclid", "ttclid", "yclid", "igshid", "mc_cid",
    "mc_eid", "_ga", "_gl",
)  # fmt: skip
_TRACKING = re.compile("|".join(name.replace("*", ".*") for name in TRACKING))
# Parameters whose values are given once, by commas.
_BY_COMMAS = frozenset({"measure", "by", "order", "cards"})
# So many names are told; whoever sends more has seen enough.
_TOLD = 5

WORDS = (
    "A parameter that an address does not have is refused with 400, which names it and the nearest right one; so is "
    "one that is given twice where only one value counts. Only what trackers append to links is passed over, and "
    f"changes nothing: {', '.join(f'`{name}`' for name in TRACKING)}."
)


@dataclass(frozen=True, slots=True)
class Declared:
    """The names of the query parameters of one address; `many` are those that may be repeated."""

    one: frozenset[str]
    many: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        return self.one | self.many

    def refuse_others(self, pairs: Iterable[tuple[str, str]], dataset: str = "") -> None:
        """Raises UsageError for a parameter that is not declared, or is repeated and may not be. `pairs` are what was
        sent; `dataset` is the one that the address names."""
        sent = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
        unknown = {name: value for name, value in reversed(sent) if name not in self.names}
        if unknown:
            asked = dict(list(reversed(unknown.items()))[:_TOLD])
            verb = "is no parameter" if len(asked) == 1 else "are no parameters"
            raise UsageError(
                f"{joined([f'“{name[:60]}”' for name in asked])} {verb} of this address.",
                advice(asked, RequestTarget(self.names, dataset)),
            )
        for name, times in Counter(name for name, _ in sent).items():
            if times > 1 and name in self.one:
                self._refuse_repeated(name, [value for its, value in sent if its == name])

    def _refuse_repeated(self, name: str, values: list[str]) -> None:
        hint = f"Write {name}={','.join(dict.fromkeys(values))[:200]}." if name in _BY_COMMAS else "Give it once."
        raise UsageError(f"“{name}” is given {len(values)} times, and only one would count.", hint)


async def closed(request: Request) -> None:
    """In front of every route: refuses what its description does not declare. Raises UsageError."""
    if not request.scope["query_string"]:
        return
    declared = declared_of(request.scope["route"])
    declared.refuse_others(sent_in(request.scope), request.path_params.get("dataset", ""))


def sent_in(scope: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) of everything that an address asks, values of nothing too."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")


_known: dict[int, tuple[APIRoute, Declared]] = {}


def declared_of(route: APIRoute) -> Declared:
    """What a route declares, by itself and by what it depends on; read once."""
    found = _known.get(id(route))
    if found is None:
        fields = list(_fields(route.dependant))
        many = frozenset(name for name, annotation in fields if _takes_many(annotation))
        found = _known[id(route)] = route, Declared(frozenset(name for name, _ in fields) - many, many)
    return found[1]


def _fields(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for inner in dependant.dependencies:
        yield from _fields(inner)


def _takes_many(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Iterable)
