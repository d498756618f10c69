"""`bluelamp live compact`: closed days of calls into the lake, to be asked about like crime."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.history.upkeep import History
    from bluelamp.storage.calls.days import CallsDay

_DAYS_TOLD = 20


def compact(
    context: typer.Context,
    feeds: Annotated[
        list[str] | None, typer.Argument(metavar="[FEED]...", help="Feeds by name; without any, all that were polled.")
    ] = None,
    day: Annotated[
        list[str] | None,
        typer.Option("--day", metavar="YYYY-MM-DD", help="Only this local day; repeat for several."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also days of which answers of the feed are still to be taken in.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Let go what is older than live_keep_days and safely in the lake.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Put closed days of calls into the lake.

    A day is closed when it is over and all that was seen of it has been taken in. Calls of it that have not ended are
    counted as open; when one ends, or comes back, its day is made anew. The raw answers of closed days are packed, a
    file for each day. Whoever polls does this once an hour by itself. Again changes nothing.
    """
    from bluelamp.bootstrap import open_history, open_live

    here = context_of(context)
    history = open_history(here.settings)
    try:
        made = history.compact(feeds or (), [_day(one) for one in day or ()], force=force)
        gone = history.retain(feeds or ()) if forget else {}
        if json:
            for one in made:
                here.console.out_json(
                    {"feed": one.feed, "day": one.day, "calls": one.rows, "open": one.open, "path": one.path}
                )
        else:
            _print_days(here.console, history, made, feeds or sorted(history.stores.log.heads()))
            for feed, changes in gone.items():
                here.console.out(f"{feed}: {counted(changes, 'change')} let go.")
    finally:
        history.close()
    flow = open_live(here.settings)
    for feed in feeds or sorted(flow.log.heads()):
        flow.pack_closed(feed)
    flow.close()
    return exits.DONE


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--day: “{text}” is not a day: write it as YYYY-MM-DD.") from None


def _print_days(console: Console, history: History, made: list[CallsDay], feeds: list[str]) -> None:
    if made:
        rows = [(one.feed, one.day, one.rows, one.open, _share(one)) for one in made]
        console.table(["feed", "day", "calls", "still open", "watched"], rows, right=(2, 3, 4))
        console.out()
    if not feeds:
        console.out("No feed was polled yet. Begin with: bluelamp live run dallas-tx")
    for feed in feeds:
        if feed not in history.agencies:
            continue
        days, waiting = history.stores.days.all(feed), history.waiting(feed)
        span = f", {days[0].day} to {days[-1].day}" if days else ""
        console.out(f"{feed}: {counted(len(days), 'day')} in the lake{span}.{_still_open(days)}")
        if waiting:
            more = " …" if len(waiting) > _DAYS_TOLD else ""
            names = ", ".join(str(one) for one in waiting[:_DAYS_TOLD])
            console.sentence(
                f"  Not closed yet: {names}{more}. Answers of the feed are still to be taken in; --force does not wait."
            )


def _still_open(days: list[CallsDay]) -> str:
    """How many calls of a feed's days had not ended, and since when, as a sentence to follow another."""
    having = [day for day in days if day.open]
    if not having:
        return ""
    of = f"{len(having)} days, the oldest of {having[0].day}" if len(having) > 1 else having[0].day
    return f" Still open: {counted(sum(day.open for day in having), 'call')} of {of}."


def _share(day: CallsDay) -> str:
    expected = sum(day.watched["expected"])
    return f"{sum(day.watched['watched']) / expected:.0%}" if expected else "–"


def join(app: typer.Typer) -> None:
    """Put the command beside the others of `bluelamp live`."""
    app.command(
        "compact", epilog=examples("bluelamp live compact", "bluelamp live compact dallas-tx --day 2026-02-11 --force")
    )(compact)
