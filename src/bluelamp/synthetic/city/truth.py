"""The truth of a stretch of the synthetic city as JSON: every incident, where it truly is, which units were there when,
and every fault that was planted. Written by `bluelamp synthetic city --truth` and by tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bluelamp.domain.moment import moment_of
from bluelamp.synthetic.city.faults import FAULTS, SOUND, Planned
from bluelamp.synthetic.city.incidents import Incident
from bluelamp.synthetic.city.publisher import Publisher


def truth_of(publisher: Publisher, plan: Sequence[Planned], publications: int) -> dict[str, Any]:
    """What is true from publication 0 to before `publications`. Moments are in UTC, coordinates in degrees."""
    last = publisher.moment(max(publications - 1, 0))
    planned = [plan[number] if number < len(plan) else Planned() for number in range(publications)]
    return {
        "seed": publisher.city.seed,
        "tempo": publisher.city.tempo,
        "zone": str(publisher.city.zone),
        "start": moment_of(publisher.start),
        "every_seconds": publisher.every.total_seconds(),
        "publications": publications,
        "incidents": [_incident(one) for one in publisher.city.incidents(publisher.start, last)],
        "faults": [
            {
                "publication": number,
                "at": moment_of(publisher.moment(number)),
                "kind": one.kind,
                "words": FAULTS.get(one.kind, "columns are gone"),
                "gone": sorted(one.gone),
                "back": one.back,
            }
            for number, one in enumerate(planned)
            if one.kind != SOUND or one.gone
        ],
    }


def write_truth(publisher: Publisher, plan: Sequence[Planned], publications: int, path: Path) -> None:
    """Write the truth as JSON. Raises OSError."""
    text = json.dumps(truth_of(publisher, plan, publications), separators=(",", ":"), ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _incident(incident: Incident) -> dict[str, Any]:
    spot = incident.spot
    return {
        "number": incident.number,
        "reported": _moment(incident.reported),
        "opened": _moment(incident.opened),
        "closed": _moment(incident.closed),
        "nature": incident.nature,
        "priority": incident.priority,
        "division": spot.division,
        "beat": spot.beat,
        "reporting_area": spot.reporting_area,
        "block": spot.block,
        "location": spot.location,
        "kind": spot.kind,
        "lat": spot.lat,
        "lon": spot.lon,
        "units": [
            {"unit": stay.unit, "spans": [[_moment(first), _moment(last)] for first, last in stay.spans]}
            for stay in incident.stays
        ],
        "corrections": [
            {"at": _moment(one.at), "field": one.field, "value": one.value} for one in incident.corrections
        ],
    }


def _moment(seconds: float) -> str:
    return moment_of(datetime.fromtimestamp(seconds, UTC))
