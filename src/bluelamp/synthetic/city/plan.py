"""Plans of faults: which poll meets which. Made from a seed; used by `chaos`, the server and the tests.

`fair_plan` plants every fault, but never so that the rules themselves would conclude something untrue: they believe an
answer that says the same suspicious thing twice, and two partial answers that lack the same call. What it promises:

- no two answers that drop rows without a whole one between them, so that no call is missed twice by damage alone;
- none that drops rows where a call, or a unit, has come back since the last whole answer, so that no true miss and a
  damaged one add up;
- no suspicious kind twice without a whole answer between;
- at most four faulty polls in a row, so that no suspicious state stands unchanged long enough to be believed;
- what is late is older than the last whole answer;
- incident numbers are there where nothing else could tell, because without them a call is the rows of one place and
  nature: where a call comes up whose place and nature another one has had within the last hour, while two of one place
  and nature are open, and while a call is open whose nature or block is corrected (unless `corrected` asks for that as
  well).
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import overload

from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.confusing import Confusing
from bluelamp.synthetic.city.faults import DROPPING, FAULTS, SHOWING, SILENT, SOUND, VANISHING, WHOLE, Plan, Planned
from bluelamp.synthetic.city.model import Pair
from bluelamp.synthetic.city.publisher import Publisher

_MOST_IN_A_ROW = 4
_SOUND_AT_FIRST = 3
_EPISODE = 0.012  # how often columns begin to vanish, of all polls
NUMBER = "incident_number"
_LENGTHS = (3, 40)  # polls that they are gone for


def random_plan(seed: int, polls: int, *, share: float = 0.3, kinds: Sequence[str] = tuple(FAULTS)) -> Plan:
    """A plan without any fairness, for a feed that shall look bad. `share` of the polls meet one of `kinds`."""
    chance = random.Random(key(seed, "random plan"))
    return tuple(
        Planned(chance.choice(kinds), back=chance.randint(1, 4)) if chance.random() < share else Planned()
        for _ in range(polls)
    )


def fair_plan(
    publisher: Publisher,
    polls: int,
    *,
    seed: int = 1,
    share: float = 0.45,
    kinds: Sequence[str] = tuple(FAULTS),
    vanishing: Sequence[frozenset[str]] = VANISHING,
    corrected: bool = False,
) -> Plan:
    """A plan for a publisher whose every poll meets a new publication; see above. About `share` of the polls meet one
    of `kinds`, a little fewer for fairness; columns vanish for a while and come back."""
    maker = _Maker(publisher, random.Random(key(seed, "fair plan")), share, kinds, vanishing, corrected=corrected)
    return tuple(maker.next(poll) for poll in range(polls))


class EndlessPlan(Sequence[Planned]):
    """A fair plan that goes on for as long as it is asked; safe for threads. For a server that runs."""

    def __init__(
        self,
        publisher: Publisher,
        *,
        seed: int = 1,
        share: float = 0.1,
        kinds: Sequence[str] = tuple(FAULTS),
        vanishing: Sequence[frozenset[str]] = (),
    ) -> None:
        chance = random.Random(key(seed, "endless plan"))
        self._maker = _Maker(publisher, chance, share, kinds, vanishing, corrected=False)
        self._made: list[Planned] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sys.maxsize

    @overload
    def __getitem__(self, poll: int) -> Planned: ...
    @overload
    def __getitem__(self, poll: slice) -> Sequence[Planned]: ...
    def __getitem__(self, poll: int | slice) -> Planned | Sequence[Planned]:
        with self._lock:
            while len(self._made) <= (poll if isinstance(poll, int) else poll.stop):
                self._made.append(self._maker.next(len(self._made)))
            return self._made[poll]


class _Maker:
    def __init__(
        self,
        publisher: Publisher,
        chance: random.Random,
        share: float,
        kinds: Sequence[str],
        vanishing: Sequence[frozenset[str]],
        *,
        corrected: bool,
    ) -> None:
        self._publisher, self._chance, self._share = publisher, chance, share
        self._kinds, self._vanishing = kinds, vanishing
        self._whole = 0  # the last poll whose answer was whole
        self._since: set[str] = set()  # kinds that showed something since then
        self._faulty = 0  # polls in a row
        self._shown: frozenset[Pair] = frozenset()  # what the last whole answer showed
        self._known: set[Pair] = set()  # all that was ever listed
        self._gone: frozenset[str] = frozenset()
        self._left = 0  # polls that the columns are still gone for
        self._confusing = Confusing(publisher, corrected=not corrected)

    def next(self, poll: int) -> Planned:
        listed = self._publisher.city.listed(self._publisher.moment(poll))
        self._vanish(poll)
        planned = self._numbered(poll, self._plan(poll, listed))
        if planned.kind in WHOLE:
            self._confusing.shown()
            self._whole, self._since, self._shown = poll, set(), listed
        elif planned.kind in SHOWING:
            self._since.add(planned.kind)
        self._faulty = 0 if planned.kind == SOUND else self._faulty + 1
        self._known |= listed
        return planned

    def _numbered(self, poll: int, planned: Planned) -> Planned:
        """The same with incident numbers where they are needed."""
        needed = self._confusing.at(poll)
        if NUMBER not in planned.gone or not needed or planned.kind not in SHOWING:
            return planned
        return replace(planned, gone=planned.gone - {NUMBER})

    def _vanish(self, poll: int) -> None:
        if self._left > 0:
            self._left -= 1
            if not self._left:
                self._gone, self._left = frozenset(), -_SOUND_AT_FIRST
        elif self._left < 0:
            self._left += 1
        elif self._vanishing and poll > _SOUND_AT_FIRST and self._chance.random() < _EPISODE:
            self._gone, self._left = self._chance.choice(self._vanishing), self._chance.randint(*_LENGTHS)

    def _plan(self, poll: int, listed: frozenset[Pair]) -> Planned:
        sound = Planned(gone=self._gone)
        if poll < _SOUND_AT_FIRST or self._faulty >= _MOST_IN_A_ROW or self._chance.random() >= self._share:
            return sound
        kind = self._chance.choice(self._kinds)
        if kind == "late":
            # Before the first answers nothing older can come.
            back = poll - self._whole + self._chance.randint(1, 5)
            return Planned(kind, self._gone, back) if back <= poll else sound
        if kind in SILENT or kind in WHOLE:
            return Planned(kind, self._gone)
        if kind in self._since or (kind in DROPPING and not self._may_drop(listed)):
            return sound
        return Planned(kind, self._gone, self._chance.randint(1, 3) if kind == "out_of_date" else 0)

    def _may_drop(self, listed: frozenset[Pair]) -> bool:
        returned = (listed & self._known) - self._shown
        return not (self._since & DROPPING) and not returned
