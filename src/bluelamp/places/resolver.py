"""Places locations: what is stored first, then what is at hand, then geocoders one after the other until it is certain.
Used by the locator of the live flow and by `bluelamp places`.

Nothing that was ever answered is asked again, and nobody asks twice at the same time. When the rules change, decisions
are made anew from what is stored.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bluelamp.domain.decision import Decision, decide, fixed
from bluelamp.domain.judging import PlaceRules
from bluelamp.domain.moment import moment_of
from bluelamp.domain.place import Candidate, LocationQuery, same_spot
from bluelamp.places.context import PlaceContext, with_version
from bluelamp.places.track_record import Record
from bluelamp.sources.geocoders.calling import Provider
from bluelamp.storage.places.store import PlaceStore, SourceAnswer, StoredDecision

# Longer than all geocoders together may take; a process that dies with a claim holds nobody up for longer.
_CLAIM_SECONDS = 180.0
_LOOK_SECONDS = 0.05

Resolved = dict[str, Any]


class Resolver:
    """Places one feed's locations. Safe for threads.

    With `bulk`, what is stored is looked up once, so that thousands of new locations are placed a second; `keep` says
    whether decisions are kept that rest on nothing but what is at hand.
    """

    def __init__(
        self,
        places: PlaceStore,
        ground: PlaceContext,
        lines: Sequence[Provider] = (),
        *,
        keep: bool = True,
        bulk: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.places, self.ground, self.lines = places, ground, list(lines)
        self._keep, self._now, self._sleep = keep, now, sleep
        self._material = ground.rules.version
        self._record = Record(ground.areas)
        self._learning = threading.RLock()
        self._rules: PlaceRules | None = None
        self._known = places.known(ground.feed) if bulk else None

    @property
    def rules(self) -> PlaceRules:
        """The ground's rules with what was learnt; worked out of what is kept when first wanted."""
        with self._learning:
            if self._rules is None:
                for one in self.places.other_versions(self.feed, ""):
                    self._record.note(one.asked, one.decision["candidates"], self.ground.rules)
                self._rules = self._made_rules()
            return self._rules

    @property
    def feed(self) -> str:
        return self.ground.feed

    def resolve(self, query: LocationQuery, own: Sequence[Candidate] = (), *, ask: bool = True) -> Resolved:
        """Where a location is, as `Decision.as_dict`. `own` is what the feed itself says of the call; with `ask` false
        no geocoder is asked. Raises StorageError."""
        stored = self._known is None or query.key in self._known
        fix = self.places.fix_of(self.feed, query.key) if stored else None
        if fix is not None:
            return fixed(fix.lat, fix.lon, fix.uncertainty_m, fix.why).as_dict()
        kept = self.places.kept(self.feed, query) if stored and not own else None
        answers = self.places.answers(self.feed, query.key) if stored else {}
        wanted = self._providers_due(query, answers) if ask else []
        if kept is not None and kept.version == self.rules.version and (kept.decision["kind"] == "point" or not wanted):
            return kept.decision
        return self._resolve(query, own, answers, wanted)

    def current(self, query: LocationQuery, own: Sequence[Candidate] = ()) -> Resolved:
        """The decision as it is kept, or as it would be made of what is at hand; nobody is asked and nothing kept."""
        fix = self.places.fix_of(self.feed, query.key)
        if fix is not None:
            return fixed(fix.lat, fix.lon, fix.uncertainty_m, fix.why).as_dict()
        kept = None if own else self.places.kept(self.feed, query)
        if kept is not None:
            return kept.decision
        answers = self.places.answers(self.feed, query.key)
        told = [one for answer in answers.values() for one in answer.candidates]
        # To tell one call's place, not everything that is kept is looked through.
        rules = self._rules or self._made_rules()
        return decide(query, [*own, *self.ground.at_hand(query), *told], rules, self.ground.areas).as_dict()

    def area(self, query: LocationQuery) -> Resolved:
        """The area that a call itself names, whatever is known of it beside that."""
        return decide(query, (), self.rules, self.ground.areas).as_dict()

    def _resolve(
        self,
        query: LocationQuery,
        own: Sequence[Candidate],
        answers: dict[str, SourceAnswer],
        wanted: Sequence[Provider],
    ) -> Resolved:
        at_hand = [*own, *self.ground.at_hand(query)]
        decision = self._decide(query, at_hand, answers)
        if decision.kind != "point" and wanted:
            decision = self._ask(query, at_hand, decision)
        found = decision.as_dict()
        # A point of the call's own is no answer about the location.
        if not own and (self._keep or answers or wanted):
            self.places.keep(self.feed, query, found, self._now())
        return found

    def _decide(self, query: LocationQuery, at_hand: Sequence[Candidate], answers: dict[str, SourceAnswer]) -> Decision:
        told = [one for answer in answers.values() for one in answer.candidates]
        decision = decide(query, [*at_hand, *told], self.rules, self.ground.areas)
        if told:
            self._learn(query, decision)
        return decision

    def _providers_due(self, asked: LocationQuery, answers: dict[str, SourceAnswer]) -> list[Provider]:
        """Geocoders that have not been asked yet, or are to be asked again by now."""
        if asked.kind == "unknown" or not self.lines:
            return []
        now, query = moment_of(self._now()), self.ground.query(asked)
        fresh = [line for line in self.lines if line.name not in answers or answers[line.name].is_due(now)]
        return [line for line in fresh if line.answers(query)]

    def _ask(self, query: LocationQuery, at_hand: Sequence[Candidate], decision: Decision) -> Decision:
        """Ask geocoders in turn until a point is certain, as the only one who does."""
        holder = uuid4().hex
        while not self.places.claim(self.feed, query.key, holder, self._now(), _CLAIM_SECONDS):
            self._sleep(_LOOK_SECONDS)
        try:
            answers = self.places.answers(self.feed, query.key)  # somebody may just have asked
            unstored: list[Candidate] = []
            decision = self._decide(query, at_hand, answers)
            for line in self._providers_due(query, answers):
                if decision.kind == "point":
                    break
                said = line.ask(self.ground.query(query))
                if said.state == "held":
                    continue
                failed = said.reason if said.state == "failed" else ""
                answers[line.name] = self.places.keep_answer(
                    self.feed, query, line.name, said.candidates, self._now(), failed=failed
                )
                unstored += [one for one in said.candidates if not one.storable]
                self._look_for_defaults(line.name, answers[line.name].candidates)
                decision = self._decide(query, [*at_hand, *unstored], answers)
            return decision
        finally:
            self.places.release(self.feed, query.key, holder)

    # -- deciding anew -----------------------------------------------------------------------------------------------

    def redecide(self) -> Iterator[tuple[LocationQuery, Resolved]]:
        """Decide anew, without asking anybody, what was decided by other rules; those that came out otherwise."""
        for kept in self.places.other_versions(self.feed, self.rules.version):
            answers = self.places.answers(self.feed, kept.asked.key)
            found = self._decide(kept.asked, self.ground.at_hand(kept.asked), answers).as_dict()
            self.places.keep(self.feed, kept.asked, found, self._now())
            if _is_other(kept, found):
                yield kept.asked, found

    def _look_for_defaults(self, source: str, found: Sequence[Candidate]) -> None:
        """Learn that a point stands for many streets; every decision that rests on it is then of another version."""
        known = {same_spot(*point) for point in self.rules.defaults}
        fresh = [one for one in found if same_spot(one.lat, one.lon) not in known]
        if any(self.places.is_default(source, one.lat, one.lon) for one in fresh):
            self._rules = self._made_rules()

    def _learn(self, query: LocationQuery, decision: Decision) -> None:
        """What the call's own areas tell of those who answered; what follows counts from the next decision on."""
        with self._learning:
            if self._record.note(query, [one.as_dict() for one in decision.judged], self.ground.rules):
                self._rules = self._made_rules()

    def _made_rules(self) -> PlaceRules:
        """The ground's rules with what was learnt: points that stand for nothing, and how far geocoders are believed.
        What was scored against official coordinates comes before what the calls' areas tell."""
        rules = self.ground.rules
        defaults = tuple(sorted({*rules.defaults, *self.places.default_points()}))
        scored = {source for source, _ in rules.reliability}
        earned = {key: share for key, share in self._record.reliability().items() if key[0] not in scored}
        made = replace(rules, defaults=defaults, reliability={**earned, **rules.reliability})
        return with_version(made, self._material)


def _is_other(kept: StoredDecision, found: Resolved) -> bool:
    return any(kept.decision[name] != found[name] for name in ("kind", "lat", "lon", "area"))
