"""A feed that lived four hours at random, the same each time: calls come, change and go; for an hour nobody watched."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from bluelamp.live.workflow import LiveFlow
from tests.lib.live.home import FEED, answer, make_home, minute, open_flow, unit

NATURES = ("40 - Other", "6X - Major Dist (Violence)", "19 - Shooting")


def live(folder: Path, database: str = "", after: Callable[[LiveFlow, str], None] | None = None) -> LiveFlow:
    """Snapshots every two minutes from minute 0 to 238, none from 100 to 158; each tenth is no answer. `after` is
    called with the moment of each."""
    flow = open_flow(make_home(folder, database="" if database.startswith("sqlite") else database))
    chance = random.Random(7)
    rows: list[dict[str, str]] = []
    for place in range(120):
        if 50 <= place < 80:
            continue
        for _ in range(chance.randrange(3)):
            number = place * 10 + len(rows)
            more = {"division": chance.choice(["North", "South"]), "beat": "1", "priority": "1"}
            rows.append(unit(number, f"U{number}", nature_of_call=chance.choice(NATURES), **more))
        if rows and chance.random() < 0.4:
            rows.pop(chance.randrange(len(rows)))
        if rows and chance.random() < 0.5:
            one = chance.randrange(len(rows))
            rows[one] = {**rows[one], "division": chance.choice(["North", "South"]), "beat": chance.choice("1234")}
        told = [{**row, "fetched": str(place)} for row in rows]
        flow.take(FEED, answer(told), minute(2 * place), "replayed", "no answer" if place % 10 == 7 else "")
        if after:
            after(flow, minute(2 * place))
    return flow
