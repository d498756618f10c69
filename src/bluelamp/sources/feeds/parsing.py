"""Reading an agency's file: what is wrong in it is told with its line and the nearest word that is known. Used by
`agency`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from typing import Any

from pydantic import ValidationError

from bluelamp.errors import SettingsError
from bluelamp.sources.feeds.agency_file import (
    MAPPED,
    TIMES,
    AgencyFile,
    GuardTable,
    NatureTable,
    PagingTable,
    PriorityTable,
    PrivacyTable,
    RowsTable,
)
from bluelamp.sources.feeds.agency_file_fields import FieldTable, PointTable, TimeTable

# Tables that may stand several times.
_LISTS: dict[str, type[NatureTable] | type[PriorityTable]] = {"natures": NatureTable, "priorities": PriorityTable}


def parse_file(text: str, file: str) -> AgencyFile:
    """The file's content, checked. Raises SettingsError that names the file, the line and the nearest known word."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column \d+\)", str(error))
        where = f"{file}, line {found[1]}" if found else file
        raise SettingsError(f"{where}: this is not TOML: {str(error).split(' (at ')[0]}.") from None
    _refuse_unknown(values, text, file)
    try:
        return AgencyFile(**values)
    except ValidationError as error:
        raise _explain(error, text, file) from None


def _refuse_unknown(values: dict[str, Any], text: str, file: str) -> None:
    """Words that are not known, before anything else is complained of."""
    tables: dict[str, tuple[str, ...]] = {
        name: tuple(table.model_fields)
        for name, table in (
            ("paging", PagingTable), ("rows", RowsTable), ("time", TimeTable), ("point", PointTable),
            ("guard", GuardTable), ("privacy", PrivacyTable),
        )
    } | {"fields": MAPPED}  # fmt: skip
    for key, value in values.items():
        if key not in AgencyFile.model_fields:
            raise _unknown(file, line_of(text, (key,)), key, "", tuple(AgencyFile.model_fields))
        if not isinstance(value, dict):
            continue
        for below in value:
            if key in tables and below not in tables[key]:
                hint = "What time a call was reported is said under [time]." if below in TIMES else ""
                raise _unknown(file, line_of(text, (key, below)), below, f" under [{key}]", tables[key], hint)


def _unknown(file: str, line: int, word: str, where: str, known: tuple[str, ...], hint: str = "") -> SettingsError:
    close = difflib.get_close_matches(word, known, n=1)
    hint = hint or (f"Did you mean “{close[0]}”?" if close else f"Known are {', '.join(known)}.")
    return SettingsError(f"{file}, line {line}: there is no “{word}”{where}.", hint)


def _explain(error: ValidationError, text: str, file: str) -> SettingsError:
    first = error.errors()[0]
    path = tuple(str(one) for one in first["loc"])
    reason = first["msg"].removeprefix("Value error, ").rstrip(".")
    if first["type"] == "missing":
        if path[0] in _LISTS and len(path) > 1:
            where = f"{file}, line {line_of(text, path)}"
            return SettingsError(f"{where}: “{path[-1]}” is missing under [[{path[0]}]].", "It cannot be left out.")
        table = f" under [{'.'.join(path[:-1])}]" if len(path) > 1 else ""
        return SettingsError(f"{file}: “{path[-1]}” is missing{table}.", "It cannot be left out.")
    if first["type"] == "extra_forbidden":
        where = f" under [[{path[0]}]]" if path[0] in _LISTS else ""
        return _unknown(file, line_of(text, path), path[-1], where, tuple(_LISTS.get(path[0], FieldTable).model_fields))
    if not path:
        return SettingsError(f"{file}: {reason}.", "What each word means: docs/how-to/add-a-feed.md.")
    where = f"{file}, line {line_of(text, path)}"
    return SettingsError(f"{where}: “{'.'.join(path)}” cannot be so: {reason[:1].lower()}{reason[1:]}.")


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line where a key is written, as far as it is written on one of its own; 1 where it is not found."""
    table: tuple[str, ...] = ()
    times: Counter[str] = Counter()
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[+)([^\]]+)\]", line)
        if header:
            table = tuple(part.strip(" \"'") for part in header[2].split("."))
            if len(header[1]) > 1:  # one of several tables of a name, told apart by their place
                table = (*table, str(times[header[2]]))
                times[header[2]] += 1
            here = table
        else:
            key = re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w.-]+))\s*=", line)
            if not key:
                continue
            here = (*table, *((key[1] or key[2],) if key[3] is None else key[3].split(".")))
        shared = len(here) if here == path[: len(here)] else 0
        if shared > depth:
            best, depth = number, shared
    return best
