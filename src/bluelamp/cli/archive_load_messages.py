"""What `bluelamp archive load` and `sync` tell of what they did, or would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.cli import exits
from bluelamp.cli.console import counted, size_words
from bluelamp.domain.rejected import FEW_REJECTED, share_words

if TYPE_CHECKING:
    from bluelamp.archive.fetch import Fetched
    from bluelamp.archive.load_report import LoadReport
    from bluelamp.cli.console import Console
    from bluelamp.domain.release import ForceMonth
    from bluelamp.sources.police_uk.release_source import ReleaseSource

# Lists of files are told up to here, those of files left out a little further; --verbose tells them all.
_TOLD, _LEFT_OUT_TOLD = 5, 20


def print_waiting(console: Console, waiting: int, json: bool) -> None:
    """How many files a bare load would finish."""
    if json:
        console.out_json({"files_waiting": waiting, "dry_run": True})
    else:
        console.out(f"{counted(waiting, 'file')} received and not loaded yet." if waiting else "Nothing to do.")


def print_saved(console: Console, path: str, unit: ForceMonth | None, json: bool) -> None:
    """What a saved answer of the API would be read as."""
    from bluelamp.archive.from_api import saved_stops

    unit, saved = saved_stops(Path(path), unit)
    if json:
        console.out_json({"origin": path, "kind": "api", "files": 1, "stops": len(saved.stops), "dry_run": True})
    else:
        console.out(
            f"{path}: {counted(len(saved.stops), 'stop')}, to be read as {unit.force}:{unit.month}:{unit.dataset}"
        )
        console.out("Nothing was fetched or written: this was a dry run.")


def print_plan(console: Console, source: ReleaseSource, plan: Fetched, json: bool) -> None:
    """What a load of this release would do."""
    if json:
        console.out_json(
            {
                "origin": source.origin,
                "kind": source.kind,
                "release": str(plan.release),
                "read_as": _reading_facts(plan),
                "files": plan.listed,
                "files_new": plan.new,
                "files_unchanged": plan.known + plan.unchanged,
                "files_left_out": plan.left_out,
                "files_unreadable": len(plan.unreadable),
                "bytes": plan.bytes_to_fetch,
                "dry_run": True,
            }
        )
        return
    console.out(f"{source.origin}: release {plan.release}, {counted(plan.listed, 'file')}")
    for line in _reading_lines(plan):
        console.sentence(line)
    console.out(f"  {plan.new:>7,} new, {size_words(plan.bytes_to_fetch)} to fetch")
    console.out(f"  {plan.known + plan.unchanged:>7,} unchanged, held already")
    console.out(f"  {plan.left_out:>7,} left out by the selection")
    if plan.unreadable:
        console.out(f"  {len(plan.unreadable):>7,} unreadable, to be quarantined")
    console.out("Nothing was fetched or written: this was a dry run.")


def print_fetched(console: Console, path: str, fetched: Fetched) -> None:
    """What was listed, what of it is new, and what was left out or is read under another name."""
    known = fetched.known + fetched.unchanged
    parts = [counted(fetched.listed, "file"), f"{fetched.new:,} new"]
    if known:
        parts.append(f"{known:,} held already")
    if fetched.left_out:
        parts.append(f"{fetched.left_out:,} left out by the selection")
    if fetched.unreadable:
        parts.append(f"{len(fetched.unreadable):,} unreadable")
    console.note(f"{path}: release {fetched.release}, " + ", ".join(parts))
    for line in _reading_lines(fetched):
        console.note(f"  {line}")
    if fetched.newest is not None and fetched.newest > fetched.release:
        console.note(
            f"  It is called {fetched.release} and holds months up to {fetched.newest}: if that is the release, "
            f"load it with --release {fetched.newest}."
        )
    names = [f"  Read as {_shown(published)}: {_shown(name)}" for name, published in fetched.oddly_named]
    _print_some(console, names, "Read under another name", _LEFT_OUT_TOLD)
    if fetched.ignored:
        console.note(f"  Left out: {counted(len(fetched.ignored), 'file')}.")
    left_out = [f"    {_shown(name)}: {why}." for name, why in fetched.ignored]
    _print_some(console, left_out, "Left out", _LEFT_OUT_TOLD)
    if any(why.startswith(("its name", "it ends")) for _, why in fetched.ignored):
        console.note("  What a file is, whatever its name: bluelamp archive load FILE --as FORCE:YYYY-MM:DATASET")


def _reading_lines(fetched: Fetched) -> list[str]:
    """What was decided of a release, whole or a part by dataset; nothing of what the API gave."""
    from bluelamp.domain.whole import message_of

    if not fetched.readings:
        return []
    line = message_of(fetched.release, fetched.readings)
    if not all(reading.whole for reading in fetched.readings):
        line += " What a part lacks counts as not held, never as not published; --whole says that nothing is lacking."
    return [line]


def _reading_facts(fetched: Fetched) -> list[dict[str, Any]]:
    return [
        {
            "dataset": reading.dataset,
            "whole": reading.whole,
            "publishers": reading.publishers,
            "from": str(reading.first),
            "to": str(reading.last),
        }
        for reading in fetched.readings
    ]


def _print_some(console: Console, lines: list[str], what: str, up_to: int = _TOLD) -> None:
    told = len(lines) if console.verbose else up_to
    for line in lines[:told]:
        console.note(line)
    if len(lines) > told:
        console.note(f"  {what}: {len(lines) - told:,} more; --verbose names them all.")


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)[:120]


def _following(why: str) -> str:
    """A reason behind the name of the file: `it is a web page` becomes ` is a web page`."""
    return why.removeprefix("it") if why.startswith("it ") else f": {why}"


def print_loaded(console: Console, report: LoadReport, json: bool) -> int:
    """What was loaded, quarantined and refused; the exit code."""
    fetched, loaded, version = report.fetched, report.loaded, report.version
    strangers = [pair for one in fetched for pair in one.ignored if "publishers" in pair[1] or "twice with" in pair[1]]
    quarantined = report.files_quarantined
    code = exits.IN_PART if quarantined or strangers or loaded.refused else exits.DONE
    if json:
        console.out_json(
            {
                "releases": sorted({str(one.release) for one in fetched}),
                "read_as": [{"release": str(one.release), "datasets": _reading_facts(one)} for one in fetched],
                "files_loaded": report.files_loaded,
                "files_unchanged": report.files_unchanged,
                "files_quarantined": quarantined,
                "rows_loaded": loaded.rows,
                "rows_rejected": loaded.rejected,
                "values_outside_era": loaded.outside_era,
                "files_with_many_rejected": [
                    {"member": one.file.member, "rejected": one.rejected, "read": one.read, "reason": one.reason}
                    for one in loaded.refused
                ],
                "data_version": report.data_version,
                "changed": report.changed,
            }
        )
        return code
    broken = [f"{_shown(name)}{_following(why)}" for one in fetched for name, why in one.unreadable]
    broken += [f"{_shown(file.member)} {reason}" for file, reason in loaded.quarantined]
    _print_some(console, [f"  Quarantined: {sentence}." for sentence in broken], "Quarantined")
    if loaded.rejected:
        rows = "1 row does not fit and is kept as an issue"
        if loaded.rejected > 1:
            rows = f"{loaded.rejected:,} rows do not fit and are kept as issues"
        console.note(f"  {rows}: see bluelamp archive quality")
    if loaded.outside_era:
        console.note(
            f"  {counted(loaded.outside_era, 'value')} of months in which the table of eras has none: "
            "see outside_era in bluelamp archive quality"
        )
    refused = [
        f"  {_shown(one.file.member)}: {share_words(one.rejected, one.read)} do not fit, most because {one.reason}."
        for one in loaded.refused
    ]
    _print_some(console, refused, "Files with many rows that do not fit")
    if version is None:
        console.out("Nothing to do: everything in it is held already." if fetched else "Nothing to do.")
    else:
        console.out(
            f"Loaded {counted(loaded.rows, 'row')} of {counted(report.files_loaded, 'file')}; "
            f"data version {version.name} is published."
        )
    if quarantined:
        console.out(
            f"{counted(quarantined, 'file')} quarantined, with the reason: bluelamp archive files --state quarantined"
        )
    if loaded.refused:
        console.out(
            f"{counted(len(loaded.refused), 'file')} loaded without more than {FEW_REJECTED:.0%} of the rows: "
            "figures that touch them are too low by those."
        )
    return code
