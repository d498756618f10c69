"""Counts what snapshots came to: verdicts, reasons, kinds of change. For replays and rebuilds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bluelamp.storage.live.log_writer import Step


@dataclass(slots=True)
class IntakeCounts:
    """Counts over steps."""

    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    unreadable: int = 0
    duplicates: int = 0

    def add(self, step: Step) -> None:
        taken = step.result
        self.verdicts[taken.verdict] += 1
        if taken.verdict != "failed":
            self.reasons.update(reason.partition(":")[0] for reason in taken.reasons)
        self.kinds.update(change["kind"] for change in step.changes)
        self.rows += taken.rows or 0
        self.unreadable += taken.unreadable or 0
        self.duplicates += taken.duplicates or 0
