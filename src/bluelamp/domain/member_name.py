"""What the name of a file says that it is. The published form is `2024-03-kent-street.csv`; copies have others.

Other forms are read where they can mean one thing only: capitals, underscores and blanks for hyphens, `2024-3`, a
browser's ` (1)`, `.csv.gz`. Anything else is named with the reason, never passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bluelamp.domain.dataset import BY_NAME, BY_SUFFIX, Dataset
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth, parse_member

EXAMPLE = "2024-03-kent-street.csv"
_KINDS = "|".join(BY_SUFFIX)
_LOOSE = re.compile(rf"(\d{{4}})-(\d{{1,2}})-([a-z][a-z-]*?)-({_KINDS})", re.ASCII)
_ENDING = re.compile(r"\.csv(\.gz)?$", re.IGNORECASE)
_COPY = re.compile(r"\s*(\(\d{1,3}\)|- copy)$", re.IGNORECASE)
_MONTH = re.compile(r"(?<!\d)\d{4}[-_\s]\d", re.ASCII)
_OF_NO_MONTH = "its name is not that of a force-month file"


@dataclass(frozen=True, slots=True)
class MemberName:
    """A name that says a force-month. The force may be unknown; `plainly` is the published form."""

    dataset: Dataset
    force: str
    month: Month
    plainly: bool

    @property
    def unit(self) -> ForceMonth:
        return ForceMonth(self.dataset.name, self.force, self.month)

    @property
    def published(self) -> str:
        """The base name that the publisher gives such a file."""
        return published_name(self.unit)


def published_name(unit: ForceMonth) -> str:
    """`2024-03-kent-street.csv` for crimes of Kent of March 2024."""
    return unit.member_name(BY_NAME[unit.dataset].suffix).rpartition("/")[2]


def read_name(name: str) -> MemberName | str:
    """What a file's name says, or why it says no force-month, completing the sentence “it is left out: …”.

    Only the base name counts: folders are data from outside.
    """
    plain = parse_member(name)
    if plain is not None:
        return MemberName(*plain, True)
    base = name.replace("\\", "/").rpartition("/")[2]
    if not _MONTH.search(base):
        return _OF_NO_MONTH  # hundreds of thousands of names may be asked about
    stem = re.sub(r"[\s_]+", "-", _COPY.sub("", _ENDING.sub("", base))).casefold()
    found = _LOOSE.fullmatch(stem)
    if not found:
        return _why(base, stem)
    month = f"{found[1]}-{int(found[2]):02d}"
    parsed = parse_member(f"{month}-{found[3]}-{found[4]}.csv")
    if parsed is None:
        return f"there is no month {month}"
    return MemberName(*parsed, False) if _ENDING.search(base) else _why(base, stem)


def _why(base: str, stem: str) -> str:
    root, _, ending = base.rpartition(".")
    if not _ENDING.search(base) and isinstance(read_name(f"{root}.csv"), MemberName):
        return f"it ends in “.{ending}”, not in “.csv”"
    if not any(re.search(rf"\b{slug}\b", stem) for slug in BY_SLUG):
        return _OF_NO_MONTH
    if not re.search(rf"\b({_KINDS})\b", stem):
        return f"its name says none of the kinds {', '.join(BY_SUFFIX)}"
    return f"its name has the parts of {EXAMPLE} and others, or in another order"


def parse_unit(text: str) -> ForceMonth:
    """`kent:2024-03:crimes` as a force-month. Raises ValueError with a sentence that says what is wrong.

    The dataset may be called as the publisher's files are: street, outcomes, stop-and-search.
    """
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 3:
        raise ValueError(f"“{text}” is not FORCE:YYYY-MM:DATASET")
    force, month, kind = parts
    dataset = BY_NAME.get(kind) or BY_SUFFIX.get(kind)
    if force not in BY_SLUG:
        raise ValueError(f"“{force}” is none of the {len(BY_SLUG)} publishers")
    if dataset is None:
        raise ValueError(f"“{kind}” is none of {', '.join(BY_NAME)}")
    try:
        return ForceMonth(dataset.name, force, Month.parse(month))
    except ValueError:
        raise ValueError(f"“{month}” is not a month (YYYY-MM)") from None
