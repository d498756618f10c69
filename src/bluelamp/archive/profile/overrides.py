"""What is known of files better than they tell themselves: a table that ships, and the operator's own. Read by `model`.

Both are TOML, a list of `[[known]]` with publisher, dataset, first, last, property, value and source. The operator's
goes first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.file_property import BY_OPERATOR, BY_SHIPPED_TABLE, PROPERTIES
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import SettingsError

# The operator's table, within the home.
FILE_NAME = "file-properties.toml"
_KEYS = ("publisher", "dataset", "first", "last", "property", "value", "source")
_LARGEST = 1_000_000
_WHAT_TO_DO = f"Write [[known]] with {', '.join(_KEYS)}; bluelamp archive profile --properties lists the values."


@dataclass(frozen=True, slots=True)
class FileOverride:
    """One entry: what these files are, whatever they look like."""

    publisher: str
    dataset: str
    first: Month
    last: Month
    name: str
    value: str
    source: str
    by: str

    def holds(self, unit: ForceMonth) -> bool:
        """Whether it speaks of this file."""
        return (unit.dataset, unit.force) == (self.dataset, self.publisher) and self.first <= unit.month <= self.last


def overrides(home: Path | None) -> tuple[FileOverride, ...]:
    """The entries that count, the operator's first. Raises SettingsError where that table says something else."""
    own = home / FILE_NAME if home is not None else None
    found = () if own is None or not own.is_file() else _read(_text_of(own), str(own), BY_OPERATOR)
    return (*found, *_shipped())


@cache
def _shipped() -> tuple[FileOverride, ...]:
    text = resources.files(__package__).joinpath("known.toml").read_text(encoding="utf-8")
    return _read(text, "known.toml", BY_SHIPPED_TABLE)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{path} is larger than {_LARGEST:,} bytes.", _WHAT_TO_DO)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", _WHAT_TO_DO) from error


def _read(text: str, file: str, by: str) -> tuple[FileOverride, ...]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is no TOML: {error}.", _WHAT_TO_DO) from error
    entries = table.pop("known", [])
    if table or not isinstance(entries, list):
        raise SettingsError(
            f"{file} holds “{next(iter(table), 'known')}” where only [[known]] is understood.", _WHAT_TO_DO
        )
    return tuple(_entry(entry, f"Entry {number} of {file}", by) for number, entry in enumerate(entries, 1))


def _entry(entry: Any, where: str, by: str) -> FileOverride:
    if not isinstance(entry, Mapping):
        raise SettingsError(f"{where} is no table.", _WHAT_TO_DO)
    lacking = [key for key in _KEYS if not isinstance(entry.get(key), str) or not entry[key].strip()]
    if lacking:
        raise SettingsError(f"{where} lacks {', '.join(lacking)}.", _WHAT_TO_DO)
    strange = sorted(set(entry) - set(_KEYS))
    if strange:
        raise SettingsError(f"{where} has “{strange[0]}”, which is not understood.", _WHAT_TO_DO)
    _one_of(entry["publisher"], BY_SLUG, f"{where}: no publisher is called")
    _one_of(entry["dataset"], BY_NAME, f"{where}: no dataset is called")
    _one_of(entry["property"], PROPERTIES, f"{where}: no property is called")
    _one_of(entry["value"], PROPERTIES[entry["property"]][1], f"{where}: {entry['property']} has no value")
    try:
        first, last = Month.parse(entry["first"]), Month.parse(entry["last"])
    except ValueError as error:
        raise SettingsError(f"{where}: first and last are months such as 2021-03.", _WHAT_TO_DO) from error
    if last < first:
        raise SettingsError(f"{where}: last is before first.", _WHAT_TO_DO)
    return FileOverride(
        entry["publisher"], entry["dataset"], first, last, entry["property"], entry["value"], entry["source"], by
    )


def _one_of(word: str, known: Mapping[str, Any] | Sequence[str], sentence: str) -> None:
    if word not in known:
        raise SettingsError(f"{sentence} “{word}”; there are {', '.join(known)}.", _WHAT_TO_DO)
