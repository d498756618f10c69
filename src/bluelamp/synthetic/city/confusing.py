"""Where a reader without incident numbers could not tell one call from another. Used by `plan`, to be fair."""

from __future__ import annotations

from bluelamp.synthetic.city.incidents import Incident
from bluelamp.synthetic.city.publisher import Publisher

Place = tuple[str, str, str]
_HOUR = 4000.0  # seconds: a little over the hour in which a call without a number is taken for one that ended


class Confusing:
    """Looks at one publication after the other, in order. With `corrected`, calls that are corrected count as well."""

    def __init__(self, publisher: Publisher, *, corrected: bool) -> None:
        self._publisher, self._corrected = publisher, corrected
        self._told: set[tuple[str, Place]] = set()  # what an answer has shown, by incident number
        self._last: dict[Place, dict[str, float]] = {}  # place → incident number → when it was last listed there
        self._now: dict[str, Place] = {}

    def at(self, publication: int) -> bool:
        """Whether numbers are needed at a publication: two calls of one place and nature are open, of which a unit may
        join either; since the last answer that was `shown`, a call has come up where another one of its nature was
        within the hour; or one is open that changes its place or nature."""
        moment = self._publisher.moment(publication)
        when = moment.timestamp()
        listed = [one for one in self._publisher.city.incidents(moment, moment) if one.units_at(when)]
        self._now = {one.number: _place(one, when) for one in listed}
        for number, place in self._now.items():
            self._last.setdefault(place, {})[number] = when
        if self._corrected and any(one.field != "priority" for each in listed for one in each.corrections):
            return True
        if len(set(self._now.values())) < len(self._now):
            return True
        return any(self._is_confusing(number, place, when) for number, place in self._now.items())

    def shown(self) -> None:
        """An answer showed all that was listed when it was last looked at."""
        self._told.update(self._now.items())

    def _is_confusing(self, number: str, place: Place, when: float) -> bool:
        if (number, place) in self._told:
            return False
        return any(other != number and when - at < _HOUR for other, at in self._last[place].items())


def _place(incident: Incident, when: float) -> Place:
    return incident.spot.location.upper(), incident.value("nature", when), incident.value("block", when)
