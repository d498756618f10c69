"""What a release changed, worked out once in the background and kept. Used by `api.held`.

Comparing two releases reads every file that differs, which may take minutes: nobody waits for it, and nobody starts it
twice.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import structlog

from bluelamp.archive.diff import DiffSummary, FileDiff, diff
from bluelamp.archive.progress import Silent
from bluelamp.archive.workflow import Archive
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.storage.files import atomic_path

_LAYOUT = 1
# Files told one by one; the sums are of all of them.
_FILES_TOLD = 500

_working: set[Path] = set()
_lock = threading.Lock()


class Changes:
    """`cache` is the folder where what was worked out is kept."""

    def __init__(self, archive: Archive, cache: Path) -> None:
        self._archive, self._cache = archive, cache

    def of(self, old: Month, new: Month) -> bytes | None:
        """What the newer release changed, as JSON; None while it is being worked out."""
        path = self.path(old, new)
        if path.exists():
            return path.read_bytes()
        with _lock:
            if path in _working or _working:
                return None  # one at a time: each reads thousands of files
            _working.add(path)
        threading.Thread(target=self._work, args=(old, new, path), daemon=True, name="bluelamp-changes").start()
        return None

    def path(self, old: Month, new: Month) -> Path:
        # A release may be received again in part: what is held of both is part of the name.
        files = [file for file in self._archive.ledger.files_of() if file.release in (old, new)]
        return (
            self._cache
            / f"changes-{old}-{new}-{len(files)}-{max((file.id for file in files), default=0)}-{_LAYOUT}.json"
        )

    def work_out(self, old: Month, new: Month) -> dict[str, Any]:
        """Compare two releases. Raises UsageError for one that is not held."""
        archive, summary = self._archive, DiffSummary()
        found = list(diff(archive.ledger, archive.vault, old, new, Selection(), Silent(), summary))
        return {
            "old": str(old),
            "new": str(new),
            "state": "done",
            "compared": summary.compared,
            "alike": summary.alike,
            "datasets": _by_dataset(found),
            "files": [_told(one) for one in found[:_FILES_TOLD]],
            "files_total": len(found),
        }

    def keep(self, old: Month, new: Month) -> None:
        """Work it out and keep it."""
        text = json.dumps(self.work_out(old, new), ensure_ascii=False)
        with atomic_path(self.path(old, new)) as partial:
            partial.write_text(text, encoding="utf-8")

    def _work(self, old: Month, new: Month, path: Path) -> None:
        try:
            self.keep(old, new)
        except Exception:
            structlog.get_logger().exception("changes could not be worked out", old=str(old), new=str(new))
        finally:
            with _lock:
                _working.discard(path)


def _told(one: FileDiff) -> dict[str, Any]:
    return {**one.as_json(), "name": BY_SLUG[one.unit.force].name if one.unit.force in BY_SLUG else one.unit.force}


def _by_dataset(found: list[FileDiff]) -> list[dict[str, Any]]:
    summed: dict[str, dict[str, Any]] = {}
    for one in found:
        its = summed.setdefault(
            one.unit.dataset,
            {
                "dataset": one.unit.dataset,
                "files": 0,
                "added": 0,
                "removed": 0,
                "changed": 0,
                "kinds": Counter(),
                "columns": Counter(),
            },
        )
        its["files"] += 1
        its["added"] += one.added
        its["removed"] += one.removed
        its["changed"] += one.changed
        its["kinds"][one.kind] += 1
        its["columns"].update(one.columns)
    return [{**its, "kinds": dict(its["kinds"]), "columns": dict(its["columns"])} for its in summed.values()]
