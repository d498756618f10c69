"""Takes one file off the list of what is to be read: the way out where a file can be neither read nor done without.

Called by `bluelamp archive discard`. Its bytes stay in the vault; the ledger keeps its line and says what became of it.
"""

from __future__ import annotations

from bluelamp.archive.workflow import Archive
from bluelamp.domain.member_name import MemberName, read_name
from bluelamp.domain.month import Month
from bluelamp.errors import NoSuchThing
from bluelamp.storage.ledger.ledger import QUARANTINED, WAITING, Ledger, StoredFile

REASON = "discarded by hand: its bytes are kept, and nothing reads them"


def find_discardable(ledger: Ledger, name: str, release: Month | None) -> list[StoredFile]:
    """The waiting and quarantined files that `name` (with or without folders) can mean, newest release last.

    Raises NoSuchThing, naming what there is, where there is none.
    """
    there = [
        file
        for file in ledger.files_of(states=(WAITING, QUARANTINED))
        if file.same_as is None and (release is None or file.release == release)
    ]
    found = [file for file in there if _means(name, file)]
    if found:
        return found
    some = ", ".join(sorted({_base(file.member) for file in there})[:5])
    raise NoSuchThing(
        f"No file “{name}” is waiting or quarantined.",
        f"There is: {some}." if some else "Nothing is: bluelamp archive files lists what became of each file.",
    )


def discard(archive: Archive, file: StoredFile) -> None:
    """Take the file, and those that repeat its content, off the list of what is to be read."""
    with archive.writing():
        repeats = [other.id for other in archive.ledger.files_of(states=(QUARANTINED,)) if other.same_as == file.id]
        archive.ledger.set_aside([file.id, *repeats], REASON)


def _base(member: str) -> str:
    return member.replace("\\", "/").rpartition("/")[2]


def _means(name: str, file: StoredFile) -> bool:
    named = read_name(name)
    return _base(name) == _base(file.member) or (isinstance(named, MemberName) and named.unit == file.unit)
