"""A release: one archive that data.police.uk publishes, named by its last month, and the files it lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bluelamp.domain.dataset import BY_SUFFIX, Dataset
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month

_MEMBER = re.compile(r"(\d{4}-\d{2})-([a-z][a-z-]*?)-(street|outcomes|stop-and-search)\.csv")
_RELEASE = re.compile(r"(\d{4}-\d{2})\.zip")
# The archive begins in 2010. A name with a year far from that is a slip, and would span centuries of missing months.
_YEARS = range(2000, 2100)
# Street crime is published from this month on; no dataset from an earlier one.
FIRST_MONTH = Month.of(2010, 12)


@dataclass(frozen=True, slots=True, order=True)
class ForceMonth:
    """The unit that is received, loaded and replaced: what one file of a release is about."""

    dataset: str
    force: str
    month: Month

    def member_name(self, suffix: str) -> str:
        """The name of the file inside a release, `2024-03/2024-03-kent-street.csv`."""
        return f"{self.month}/{self.month}-{self.force}-{suffix}.csv"


def parse_member(name: str) -> tuple[Dataset, str, Month] | None:
    """(dataset, force slug, month) that a member's base name states; None where it is no force-month file.

    Only the base name counts: a folder name is data from outside and is never used as a path. The force is
    not checked here, so that an unknown publisher can be named in a message.
    """
    found = _MEMBER.fullmatch(name.replace("\\", "/").rsplit("/", 1)[-1])
    if not found:
        return None
    month = _month(found[1])
    return (BY_SUFFIX[found[3]], found[2], month) if month else None


def is_known_force(slug: str) -> bool:
    return slug in BY_SLUG


def release_of(file_name: str) -> Month | None:
    """The release that an archive's file name states (`2024-03.zip`), None where it states none."""
    found = _RELEASE.fullmatch(file_name.replace("\\", "/").rsplit("/", 1)[-1])
    return _month(found[1]) if found else None


def _month(text: str) -> Month | None:
    try:
        month = Month.parse(text)
    except ValueError:
        return None
    return month if month.year in _YEARS else None
