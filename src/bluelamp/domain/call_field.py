"""The fields that a publisher may list of a call, declared once, in the order in which they are shown.

From here follow the fields of a snapshot (`domain.snapshot.FIELDS`), the columns of the lake (`storage.calls.lake`), of
records and files, and the front end's titles (`frontend/generate.py`). `domain.call.Call` and the API's `CallModel`
spell the fields out for type checkers; `tests/unit/domain/test_call_field.py` holds them to this list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# `word`: one of few values; `text`: mostly its own; `moment`: in UTC; `local`: as written, and not kept in the lake.
Kind = Literal["word", "text", "moment", "local"]


@dataclass(frozen=True, slots=True)
class CallField:
    """One field. `title` is what a page calls it, `words` what it says in a record of the lake; `first_words` is there
    where the lake also keeps how the field was listed at first."""

    name: str
    title: str
    kind: Kind
    words: str = ""
    first_words: str = ""


@dataclass(frozen=True, slots=True)
class LakeColumn:
    """A column of the lake that holds a field."""

    name: str
    kind: Kind
    words: str


CALL_FIELDS = (
    CallField("incident_number", "Incident number", "text", "the publisher's number"),
    CallField("nature", "Nature", "word", "its nature, as it was listed last", "its nature, as it was listed first"),
    CallField("priority", "Priority", "word", "its priority"),
    CallField("status", "Status", "word", "its status, as it was listed last"),
    CallField("division", "Division", "word", "the police division"),
    CallField("beat", "Beat", "word", "the beat"),
    CallField("reporting_area", "Reporting area", "word", "the reporting area"),
    CallField("block", "Block", "text", "the block"),
    CallField("location", "Location", "text", "the location as the feed words it"),
    CallField("reported_local", "Reported", "local"),
    CallField("reported_at", "Reported", "moment", "when it was reported, as the publisher states it, in UTC"),
)


def _columns() -> Iterator[LakeColumn]:
    for field in CALL_FIELDS:
        if field.kind != "local":
            yield LakeColumn(field.name, field.kind, field.words)
        if field.first_words:
            yield LakeColumn(f"first_{field.name}", field.kind, field.first_words)


LAKE_COLUMNS = tuple(_columns())
