"""What a publisher's words mean: natures and priorities in plain words, with the sentence that explains them. Read from
an agency's file by `sources.feeds.agency`; used by the API, so that pages need not know any agency's codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeVar, get_args

Group = Literal["violence", "theft", "disturbance", "traffic", "medical", "fire", "alarm", "welfare", "other"]
GROUPS: tuple[str, ...] = get_args(Group)


@dataclass(frozen=True, slots=True)
class NatureMeaning:
    """What a nature means. `match` is its exact text, or a pattern in which * stands for anything; `label` is short,
    `words` is one sentence."""

    match: str
    label: str
    words: str = ""
    group: Group = "other"


@dataclass(frozen=True, slots=True)
class PriorityMeaning:
    """What a priority means. `rank` is 1 for the most urgent, 4 for the least."""

    match: str
    label: str
    words: str = ""
    rank: int = 4


@dataclass(frozen=True, slots=True)
class Dictionary:
    """An agency's words, in the order of its file."""

    natures: tuple[NatureMeaning, ...] = ()
    priorities: tuple[PriorityMeaning, ...] = ()

    def nature(self, text: str | None) -> NatureMeaning | None:
        """What a nature means; None where the dictionary does not have it."""
        return look_up(self.natures, text)

    def priority(self, text: str | None) -> PriorityMeaning | None:
        """What a priority means; None where the dictionary does not have it."""
        return look_up(self.priorities, text)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


_Meaning = TypeVar("_Meaning", NatureMeaning, PriorityMeaning)


def look_up(meanings: Sequence[_Meaning], text: str | None) -> _Meaning | None:
    """The entry for a text: the one that is exactly it, else the first whose pattern it fits. Case and the number of
    blanks do not matter. None for no text, and for one that nothing fits."""
    wanted = _plain(text or "")
    if not wanted:
        return None
    exact = (one for one in meanings if _plain(one.match) == wanted)
    fitting = (one for one in meanings if fnmatchcase(wanted, _plain(one.match)))
    return next(exact, None) or next(fitting, None)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
