"""The pages' addresses, declared once: the server answers at them, links are made from them, and the front end reads
the same list (`frontend/src/lib/addresses.generated.ts`, written by `frontend/generate.py`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

# What may stand for each part of an address, as the server receives it: decoded.
_PARTS = {
    "dataset": r"[a-z]{1,20}",
    "record": r"[a-z0-9-]{1,120}",
    "area": r"[A-Za-z0-9-]{1,80}",
    "feed": r"[a-z0-9-]{1,40}",
    "call": r"[0-9a-f]{1,40}",
    "name": r".{1,80}",
    "dashboard": r"[a-z][a-z0-9-]{0,39}",
    "card": r"[a-z][a-z0-9-]{0,39}",
}
# The shipped dashboards with short addresses; all others stand under /d/.
SHORT_DASHBOARDS = ("crime", "outcomes", "stops", "calls")


@dataclass(frozen=True)
class Page:
    """One address of a page. `{part}` stands for one segment of `address`; `fixed` are parameters that the address
    itself decides."""

    name: str
    address: str
    fixed: dict[str, str] = field(default_factory=dict)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The whole address as a regular expression with a group for each part."""
        texts = re.split(r"\{(\w+)\}", self.address)
        return re.compile(
            "".join(f"(?P<{text}>{_PARTS[text]})" if odd % 2 else re.escape(text) for odd, text in enumerate(texts))
        )


# The first that fits counts.
PAGES = (
    Page("home", "/"),
    *(Page("dashboard", f"/{name}", {"dashboard": name}) for name in SHORT_DASHBOARDS),
    Page("dashboard", "/d/{dashboard}"),
    Page("area", "/area/local-authority/{area}", {"kind": "local_authority"}),
    Page("area", "/area/force/{area}", {"kind": "force"}),
    Page("area", "/area/division/{feed}/{name}", {"kind": "division"}),
    Page("area", "/area/beat/{feed}/{name}", {"kind": "beat"}),
    Page("data", "/data"),
    Page("changes", "/data/changes"),
    Page("records", "/records/{dataset}"),
    Page("record", "/record/{record}"),
    Page("api", "/api"),
    Page("terms", "/terms"),
    Page("feeds", "/live"),
    Page("live", "/live/{feed}"),
    Page("live", "/live/{feed}/calls/{call}"),
    Page("health", "/live/{feed}/health"),
    Page("liveEmbed", "/embed/live/{feed}"),
    Page("embed", "/embed/{dashboard}/{card}"),
)


def page_at(path: str) -> tuple[Page, dict[str, str]] | None:
    """The page at a decoded path, with its parameters; None where there is none."""
    for page in PAGES:
        if match := page.pattern.fullmatch(path):
            return page, {**page.fixed, **match.groupdict()}
    return None


def path_to(page_name: str, /, **parameters: str) -> str:
    """The path of a page with exactly these parameters, each quoted. Raises LookupError where there is no such page."""
    for page in PAGES:
        if page.name != page_name or page.fixed.items() - parameters.items():
            continue
        parts = {key: quote(value, safe="") for key, value in parameters.items() if key not in page.fixed}
        if parts.keys() == page.pattern.groupindex.keys():
            return page.address.format(**parts)
    raise LookupError(f"no page {page_name} with {sorted(parameters)}")
