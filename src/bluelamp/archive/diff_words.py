"""What a release changed, in sentences: the largest revision first, each with what it is about, so that a surface can
link it to the records. Pure; used by the command line and by `web`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bluelamp.archive.diff import DiffSummary, FileDiff
from bluelamp.archive.diff_rows import OUTCOME, PLACE
from bluelamp.archive.diff_sides import (
    ADDED_FILE,
    CHANGED,
    LEFT,
    NEW_MONTH,
    NOT_COMPARABLE,
    NOT_HELD_NEW,
    NOT_HELD_OLD,
    REMOVED_FILE,
    SAME_ROWS,
)
from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month

# Sentences of single force-months; what all of them come to is told beside.
_LARGEST = 3
# What happened to records: the values of `Sentence.what` where it is about records that differ.
RECORDS_CHANGED, RECORDS_ADDED, RECORDS_REMOVED = "changed", "added", "removed"

_ONE_MANY = {"crimes": ("crime", "crimes"), "outcomes": ("outcome", "outcomes"), "stops": ("stop", "stops")}
# What became of a changed record, after “has” and “have”.
_NOW = {
    OUTCOME: "another outcome now",
    PLACE: "another place now",
    "Crime ID": "another crime ID now",
    "Crime type": "another crime type now",
    "Age range": "another age range now",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """`what` is `changed`, `added` or `removed` where it is about records that differ, else the kind of files that it
    is about, or `nothing` where nothing differs. An empty `dataset`, `force` or `about`, and months that are None, are
    any. `number` is what it counts."""

    text: str
    what: str
    number: int
    dataset: str = ""
    force: str = ""
    first: Month | None = None
    last: Month | None = None
    about: str = ""

    def as_json(self) -> dict[str, str | int | None]:
        return {
            "text": self.text,
            "what": self.what,
            "number": self.number,
            "dataset": self.dataset or None,
            "force": self.force or None,
            "first": str(self.first) if self.first else None,
            "last": str(self.last) if self.last else None,
            "about": self.about or None,
        }


def sentences(found: Sequence[FileDiff], summary: DiffSummary, old: Month, new: Month) -> list[Sentence]:
    """What two releases differ in, most telling first. Never empty."""
    revisions = _revisions(found)
    sentences = revisions[:_LARGEST] + _totals(summary, revisions)
    sentences += _whole_files(found, REMOVED_FILE, f"withdrawn: {new.words()} spans the month and has no such file")
    sentences += _whole_files(found, ADDED_FILE, f"published late: {old.words()} spans the month and had no such file")
    sentences += _unchanged(found, summary)
    sentences += _new_months(found)
    sentences += _reordered(found)
    sentences += _left(found, new)
    sentences += _not_compared(found, old, new)
    return sentences


def force_words(slug: str) -> str:
    """A force as it is spoken of: `City of London`, `the Metropolitan Police Service`."""
    if slug not in BY_SLUG:
        return slug
    name = BY_SLUG[slug].name
    for end in (" Police", " Constabulary"):
        if name.endswith(end) and slug != "btp":
            return name.removesuffix(end)
    return f"the {name}"


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _counted(number: int, dataset: str) -> str:
    return f"{number:,} {_ONE_MANY[dataset][number != 1]}"


def _force_months(number: int) -> str:
    return "1 force-month" if number == 1 else f"{number:,} force-months"


def _span(first: Month, last: Month) -> str:
    return first.words() if first == last else f"{first.words()} to {last.words()}"


def _now(about: str, number: int) -> str:
    return f"{'has' if number == 1 else 'have'} {_NOW.get(about, f'another value of “{about}” now')}"


def _revisions(found: Iterable[FileDiff]) -> list[Sentence]:
    """One for each force-month and what is about it, the largest first."""
    sentences = []
    for one in found:
        if one.kind == CHANGED:
            sentences += [_revision(one, RECORDS_CHANGED, number, about) for about, number in one.about.items()]
            sentences += [_revision(one, RECORDS_ADDED, one.added)] if one.added else []
            sentences += [_revision(one, RECORDS_REMOVED, one.removed)] if one.removed else []
    return sorted(sentences, key=lambda one: (-one.number, one.dataset, one.force, one.first, one.what, one.about))


def _revision(one: FileDiff, what: str, number: int, about: str = "") -> Sentence:
    dataset, month, whose = one.unit.dataset, one.unit.month, _possessive(force_words(one.unit.force))
    old, new = one.rows_old or 0, one.rows_new or 0
    if what == RECORDS_CHANGED:
        text = f"{number:,} of {whose} {_counted(new, dataset)} of {month.words()} {_now(about, number)}."
    elif what == RECORDS_ADDED:
        verb = "was" if number == 1 else "were"
        text = f"{_counted(number, dataset)} of {month.words()} {verb} added to {whose}, which are {new:,} now."
    else:
        verb = "is" if number == 1 else "are"
        text = f"{number:,} of {whose} {_counted(old, dataset)} of {month.words()} {verb} no longer there."
    return Sentence(text, what, number, dataset, one.unit.force, month, month, about)


def _totals(summary: DiffSummary, revisions: list[Sentence]) -> list[Sentence]:
    """What several force-months come to, for each dataset and what is about it, the largest first."""
    sentences = []
    for dataset, what, about in sorted({(one.dataset, one.what, one.about) for one in revisions}):
        its = [one for one in revisions if (one.dataset, one.what, one.about) == (dataset, what, about)]
        if len(its) > 1:
            sentences.append(_total(its, summary.compared[dataset]))
    return sorted(sentences, key=lambda one: (-one.number, one.dataset, one.about, one.what))


def _total(its: list[Sentence], compared: int) -> Sentence:
    one, number = its[0], sum(each.number for each in its)
    forces = sorted({each.force for each in its})
    months = [month for each in its for month in (each.first,) if month is not None]
    first, last = min(months), max(months)
    happened = {
        RECORDS_CHANGED: _now(one.about, number),
        RECORDS_ADDED: "was added" if number == 1 else "were added",
        RECORDS_REMOVED: "is no longer there" if number == 1 else "are no longer there",
    }[one.what]
    who = force_words(forces[0]) if len(forces) == 1 else f"{len(forces)} forces"
    text = (
        f"In all, {_counted(number, one.dataset)} of {who} {happened}: {_span(first, last)}, "
        f"{len(its):,} of the {_force_months(compared)} that both releases hold."
    )
    return Sentence(text, one.what, number, one.dataset, forces[0] if len(forces) == 1 else "", first, last, one.about)


def _unchanged(found: Sequence[FileDiff], summary: DiffSummary) -> list[Sentence]:
    """Datasets in which nothing changed, and crimes of which no outcome did."""
    sentences = []
    for dataset in DATASETS:
        compared = summary.compared[dataset.name]
        its = [one for one in found if one.unit.dataset == dataset.name and one.kind == CHANGED]
        if not compared or (its and (dataset.name != "crimes" or any(one.about[OUTCOME] for one in its))):
            continue
        nothing = {"crimes": "No crime's outcome", "outcomes": "No outcome", "stops": "No stop"}[dataset.name]
        verb = "was" if compared == 1 else "were"
        sentences.append(
            Sentence(f"{nothing} changed: {_force_months(compared)} {verb} compared.", "nothing", 0, dataset.name)
        )
    if not summary.compared.total():
        text = "The two releases have no force-month in common that is held of both: no change can be told."
        sentences.append(Sentence(text, "nothing", 0))
    return sentences


def _whole_files(found: Sequence[FileDiff], kind: str, words: str) -> list[Sentence]:
    """Files that the publisher withdrew or published late: each by name where they are few, else what they come to."""
    its = [one for one in found if one.kind == kind]
    if len(its) <= _LARGEST:
        return [
            _of_files([one], f"{_possessive(force_words(one.unit.force))} file of {_what_of(one)} was {words}.")
            for one in its
        ]
    sentences = []
    for dataset, files in _by_dataset(its):
        text = f"{_files_of(files)} of {BY_NAME[dataset].words} {_were(files)} {words}."
        sentences.append(_of_files(files, text))
    return sentences


def _what_of(one: FileDiff) -> str:
    rows = one.rows_new if one.rows_new is not None else one.rows_old
    held = "" if rows is None else f" ({_counted(rows, one.unit.dataset)})"
    return f"{BY_NAME[one.unit.dataset].words} of {one.unit.month.words()}{held}"


def _new_months(found: Sequence[FileDiff]) -> list[Sentence]:
    sentences = []
    for dataset, files in _by_dataset(one for one in found if one.kind == NEW_MONTH):
        rows = sum(one.rows_new or 0 for one in files)
        months = "the month" if _one_month(files) else "months"
        text = (
            f"{_counted(rows, dataset)} {'is' if rows == 1 else 'are'} new: {_months_of(files)}, {months} after the "
            f"older release ({_force_months(len(files))})."
        )
        sentences.append(_of_files(files, text, rows))
    return sorted(sentences, key=lambda one: -one.number)


def _reordered(found: Sequence[FileDiff]) -> list[Sentence]:
    sentences = []
    for note in ("in another order", "written in another form"):
        for dataset, files in _by_dataset(one for one in found if one.kind == SAME_ROWS and one.note == note):
            verb = "has" if len(files) == 1 else "have"
            text = f"{_files_of(files)} of {BY_NAME[dataset].words} {verb} the same rows, {note}."
            sentences.append(_of_files(files, text))
    return sentences


def _left(found: Sequence[FileDiff], new: Month) -> list[Sentence]:
    return [
        _of_files(
            files,
            f"{_files_of(files)} of {BY_NAME[dataset].words}, of {_months_of(files)}, {_were(files)} not repeated: "
            f"{'the month is' if _one_month(files) else 'the months are'} before those that {new.words()} spans.",
        )
        for dataset, files in _by_dataset(one for one in found if one.kind == LEFT)
    ]


def _not_compared(found: Sequence[FileDiff], old: Month, new: Month) -> list[Sentence]:
    sentences = []
    for kind, here, there in ((NOT_HELD_OLD, new, old), (NOT_HELD_NEW, old, new)):
        for dataset, files in _by_dataset(one for one in found if one.kind == kind):
            them, are = ("it", "is") if len(files) == 1 else ("them", "are")
            text = (
                f"{_files_of(files)} of {BY_NAME[dataset].words}, of {_months_of(files)}, {are} held of the release "
                f"of {here.words()} and not of that of {there.words()}: nothing can be said of {them}."
            )
            sentences.append(_of_files(files, text))
    for dataset, files in _by_dataset(one for one in found if one.kind == NOT_COMPARABLE):
        text = f"{_files_of(files)} of {BY_NAME[dataset].words} could not be compared: one of the two cannot be read."
        sentences.append(_of_files(files, text))
    return sentences


def _by_dataset(found: Iterable[FileDiff]) -> list[tuple[str, list[FileDiff]]]:
    by: dict[str, list[FileDiff]] = {}
    for one in found:
        by.setdefault(one.unit.dataset, []).append(one)
    return list(by.items())


def _of_files(files: list[FileDiff], text: str, number: int | None = None) -> Sentence:
    months, forces = [one.unit.month for one in files], {one.unit.force for one in files}
    return Sentence(
        text[0].upper() + text[1:], files[0].kind, len(files) if number is None else number, files[0].unit.dataset,
        forces.pop() if len(forces) == 1 else "", min(months), max(months),
    )  # fmt: skip


def _files_of(files: list[FileDiff]) -> str:
    forces = {one.unit.force for one in files}
    whose = f" of {force_words(next(iter(forces)))}" if len(forces) == 1 else ""
    return ("1 file" if len(files) == 1 else f"{len(files):,} files") + whose


def _months_of(files: list[FileDiff]) -> str:
    months = [one.unit.month for one in files]
    return _span(min(months), max(months))


def _one_month(files: list[FileDiff]) -> bool:
    return len({one.unit.month for one in files}) == 1


def _were(files: list[FileDiff]) -> str:
    return "was" if len(files) == 1 else "were"
