"""What a release changed, worked out once in the background and kept. Used by `changes`.

Comparing two releases reads every file that differs, which may take minutes: nobody waits for it, and nobody starts it
twice.
"""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import structlog

from bluelamp.archive.diff import DiffSummary, diff
from bluelamp.archive.diff_records import DifferenceReader
from bluelamp.archive.diff_sides import KINDS, side_of
from bluelamp.archive.diff_sums import by_importance, name_of, sums_by_dataset
from bluelamp.archive.diff_words import Sentence, sentences
from bluelamp.archive.progress import Progress, Silent
from bluelamp.archive.workflow import Archive
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.errors import BluelampError
from bluelamp.storage.derived_files import forget, is_kept, keep, kept
from bluelamp.web.archive.change_links import links_of

_LAYOUT = 2
# Files told one by one; the sums are of all of them.
_FILES_TOLD = 500


class _Steps:
    """How far a comparison is: force-months done, of how many."""

    def __init__(self) -> None:
        self.done = self.of = 0

    def begin(self, step: str, total_bytes: int, total_items: int) -> None:
        del step, total_bytes
        self.of = total_items

    def at(self, done_bytes: int, done_items: int, rows: int = 0) -> None:
        del done_bytes, rows
        self.done = done_items

    def end(self) -> None:
        return


_working: dict[Path, _Steps] = {}
_failed: dict[Path, BluelampError] = {}
_lock = threading.Lock()


class Changes:
    """`cache` is the folder where what was worked out is kept."""

    def __init__(self, archive: Archive, cache: Path) -> None:
        self._archive, self._cache = archive, cache

    def of(self, old: Month, new: Month) -> bytes | None:
        """What the newer release changed, as JSON; None while it is being worked out, which this begins.

        Raises the error of a comparison that failed, once: who asks again begins it again.
        """
        path = self.path(old, new)
        if (found := kept(path)) is not None and is_kept(_files_beside(path)):
            return found
        with _lock:
            if path in _failed:
                raise _failed.pop(path)
            if _working:
                return None  # one at a time: each reads thousands of files
            _working[path] = steps = _Steps()
        threading.Thread(target=self._work, args=(old, new, path, steps), daemon=True, name="bluelamp-changes").start()
        return None

    def words(self, old: Month, new: Month) -> str:
        """How far it is, for people."""
        path = self.path(old, new)
        with _lock:
            steps, others = _working.get(path), bool(_working)
        if steps is None:
            return "Another two releases are compared first." if others else f"Comparing {old} with {new}."
        far = f": {steps.done:,} of {steps.of:,} force-months" if steps.of else ""
        return f"Comparing {old} with {new}{far}."

    def path(self, old: Month, new: Month) -> Path:
        # A release may be received again in part, or read anew: what is known of both is part of the name.
        files = self._archive.ledger.files_of(releases=(old, new))
        known = "\n".join(f"{file.id} {file.state} {file.sha256} {file.vault_key}" for file in files)
        return self._cache / f"changes-{old}-{new}-{hashlib.sha256(known.encode()).hexdigest()[:12]}-{_LAYOUT}.json"

    def reader(self, old: Month, new: Month) -> DifferenceReader:
        """What lists the records that differ; only for what has been worked out."""
        files = json.loads(kept(_files_beside(self.path(old, new))) or b"[]")
        ledger = self._archive.ledger
        return DifferenceReader(ledger, self._archive.vault, side_of(ledger, old), side_of(ledger, new), files)

    def keep(self, old: Month, new: Month, progress: Progress | None = None) -> None:
        """Work it out and keep it. Raises UsageError for releases that cannot be compared."""
        archive, summary = self._archive, DiffSummary()
        path = self.path(old, new)
        found = list(diff(archive.ledger, archive.vault, old, new, Selection(), progress or Silent(), summary))
        ordered = by_importance(found)
        answer = {
            "old": str(old),
            "new": str(new),
            "state": "done",
            "headline": [_sentence(one, old, new) for one in sentences(found, summary, old, new)],
            "compared": summary.compared.total(),
            "identical": summary.identical.total(),
            "datasets": sums_by_dataset(found, summary),
            "kinds": KINDS,
            "files": [{**one.as_json(), "name": name_of(one.unit.force)} for one in ordered[:_FILES_TOLD]],
            "files_total": len(found),
        }
        for older in self._cache.glob(f"changes-{old}-{new}-*"):
            forget(older)  # of what was held before
        # The answer last: where it is, the list beside it is too.
        _write(_files_beside(path), [one.as_json() for one in found if one.added or one.removed or one.changed])
        _write(path, answer)

    def _work(self, old: Month, new: Month, path: Path, steps: _Steps) -> None:
        try:
            self.keep(old, new, steps)
        except Exception as error:
            structlog.get_logger().exception("changes could not be worked out", old=str(old), new=str(new))
            told = error if isinstance(error, BluelampError) else BluelampError("The two releases were not compared.")
            with _lock:
                _failed[path] = told
        finally:
            with _lock:
                _working.pop(path, None)


def _files_beside(path: Path) -> Path:
    return path.with_suffix(".files.json")


def _write(path: Path, value: Any) -> None:
    keep(path, json.dumps(value, ensure_ascii=False).encode())


def _sentence(one: Sentence, old: Month, new: Month) -> dict[str, Any]:
    page, records = links_of(one, old, new)
    name = name_of(one.force) if one.force else None
    return {**one.as_json(), "name": name, "page": page, "records": records}
