"""`bluelamp live …`: poll feeds, see how they are doing, replay a history, make an event log anew."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, live_history, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.cli.context import Context
    from bluelamp.live.health import FeedHealth
    from bluelamp.live.intake_counts import IntakeCounts
    from bluelamp.live.workflow import LiveFlow
    from bluelamp.settings import Settings
    from bluelamp.sources.feeds.agency import Agency
    from bluelamp.storage.live.log_writer import Step

app = typer.Typer(
    help="The live flow: poll feeds of active calls; how they are doing.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples("bluelamp live run dallas-tx", "bluelamp live status"),
)

live_history.join(app)

FeedArgument = Annotated[str, typer.Argument(metavar="FEED", help="A feed, by its name in bluelamp feeds list.")]
FeedsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[FEED]...", help="Feeds by name; without any, those of BLUELAMP_FEEDS.")
]


def _open(settings: Settings, *, looking: bool = False) -> LiveFlow:
    from bluelamp.bootstrap import open_live

    return open_live(settings, looking=looking)


@app.command(epilog=examples("bluelamp live run dallas-tx", "bluelamp live run dallas-tx seattle-fire-wa"))
def run(context: typer.Context, feeds: FeedsArgument = None, json: options.AsJson = False) -> int:
    """Poll feeds until Ctrl-C, and deliver webhooks.

    One poller per feed, even if this is started twice. Every answer is kept as received before anything is done with
    it; killed at any moment, it goes on where it was.
    """
    from bluelamp.bootstrap import open_live_half

    here = context_of(context)
    console = here.console
    half = open_live_half(here.settings)
    flow = half.flow
    wanted = feeds or here.settings.feed_names
    if not wanted:
        raise UsageError("Which feeds shall be polled?", "Name them, or set BLUELAMP_FEEDS; see bluelamp feeds list.")
    for feed in wanted:
        agency = flow.agency(feed)
        console.note(f"Polling {agency.title} ({feed}) every {agency.interval_seconds:g} s: {agency.attribution}")
    deliverer = half.deliver()

    def taken(feed: str, step: Step) -> None:
        deliverer.poke()
        _print_step(console, feed, step, json=json)

    runner = flow.runner(wanted, taken)
    here.endless = True
    runner.start()
    deliverer.start()
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        console.note("Stopping.")
    finally:
        runner.stop()
        deliverer.stop()
    return exits.DONE


def _print_step(console: Console, feed: str, step: Step, *, json: bool) -> None:
    taken = step.result
    if json:
        facts = {"number": taken.number, "verdict": taken.verdict, "reasons": list(taken.reasons), "rows": taken.rows}
        console.out_json({"feed": feed, "at": step.at, **facts, "changes": len(step.changes)})
        console.flush()
        return
    rows = f", {counted(taken.rows, 'row')}" if taken.rows is not None else ""
    why = f" ({'; '.join(taken.reasons)})" if taken.reasons else ""
    console.out(f"{step.at}  {feed}  {taken.verdict}{why}{rows}, {counted(len(step.changes), 'change')}")
    console.flush()


@app.command(epilog=examples("bluelamp live status", "bluelamp live status dallas-tx --json"))
def status(context: typer.Context, feeds: FeedsArgument = None, json: options.AsJson = False) -> int:
    """Say how feeds are doing.

    When each last gave a good snapshot, what is in doubt, which columns are gone, how many snapshots had which verdict.
    """
    from bluelamp.live.health import Looker

    here = context_of(context)
    flow = _open(here.settings, looking=True)
    looker = Looker(flow.log, flow.snapshots)
    names = feeds or list(dict.fromkeys([*here.settings.feed_names, *flow.log.heads()]))
    found = [looker.health(flow.agency(name)) for name in names]
    for one in found:
        if json:
            here.console.out_json(one.as_dict())
        else:
            _print_health(here.console, one)
            _print_points(here, flow.agency(one.feed))
    if not found and not json:
        here.console.out("No feed is polled yet. Begin with: bluelamp live run dallas-tx")
    return exits.DONE


def _print_points(here: Context, agency: Agency) -> None:
    """Why no call of a feed can have a point, where that is so."""
    from bluelamp.places.point_source import points_way

    words = points_way(here.settings.home, agency, here.settings.geocoder_names).words
    if words:
        here.console.sentence(f"  points: {words}")


def _age(seconds: float) -> str:
    """`40 s`, `12 min`, `5 h`, `810 days`."""
    for size, name in ((86_400, " days"), (3_600, " h"), (60, " min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f}{name}"
    return f"{seconds:.0f} s"


def _print_health(console: Console, health: FeedHealth) -> None:
    console.out(f"{health.feed}: {health.state}")
    console.sentence(f"  {health.words}")
    age = f", {_age(health.age_seconds)} ago" if health.age_seconds is not None else ""
    console.out(f"  last answer {health.last_answer_at or '–'}{age}; last good one {health.last_good_at or '–'}")
    console.out(f"  open calls {health.open_calls:,}; rows in the last good snapshot {health.last_good_rows or 0:,}")
    if health.doubt:
        console.sentence(f"  in doubt since {health.doubt['at']}: {', '.join(health.doubt['reasons'])}")
    for name, since in health.columns_gone.items():
        console.sentence(f"  the column for {name} is gone since {since}")
    if health.problem:
        console.sentence(f"  problem: {health.problem}")
    counts = ", ".join(f"{name} {count:,}" for name, count in health.verdicts.items())
    console.sentence(f"  snapshots: {counts or 'none'}; waiting {health.waiting:,}")


@app.command(
    epilog=examples(
        "bluelamp live replay dallas-tx snapshots/",
        "bluelamp live replay my-feed history.jsonl.gz --dry-run",
        "bluelamp live replay my-feed history.jsonl.gz --dry-run --json",
    )
)
def replay(
    context: typer.Context,
    feed: FeedArgument,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder of snapshots that were kept before.")],
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Into a home of its own, thrown away afterwards; only say what it came to."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print every change, one object a line.")] = False,
) -> int:
    """Take in a history of snapshots as if it had been polled.

    PATH is a file with one snapshot a line (fetched_at, and data, rows or body), one file per snapshot named by its
    time, or a folder of such files. Says how many calls were opened, closed and reopened, and how many snapshots were
    suspicious, and why.
    """
    from bluelamp.live.replay import read_history
    from bluelamp.live.replay import replay as run_replay

    here = context_of(context)
    console = here.console
    with _home(here.settings, scratch=dry_run) as settings:
        flow = _open(settings)
        bars = console.progress()
        bars.begin(f"replay of {path.name}", 0, 0)

        def told(step: Step, number: int) -> None:
            bars.at(0, number)
            if json:
                for change in step.changes:
                    console.out_json(change)

        counts = run_replay(flow, feed, read_history(path), told)
        bars.end()
    if not json:
        _show_counts(console, counts)
    return exits.DONE


@contextmanager
def _home(settings: Settings, *, scratch: bool) -> Iterator[Settings]:
    if not scratch:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="bluelamp-replay-") as folder:
        # The feeds of the real home are known there; nothing is written to it.
        agencies = settings.home / "feeds"
        home = Path(folder)
        if agencies.is_dir():
            (home / "feeds").symlink_to(agencies)
        yield settings.model_copy(update={"home": home, "vault": "", "database": ""})


@app.command(epilog=examples("bluelamp live rebuild dallas-tx"))
def rebuild(context: typer.Context, feed: FeedArgument, json: options.AsJson = False) -> int:
    """Make a feed's event log anew from the bytes as received.

    The same snapshots give the same log. It takes the place of the old one at the end; open pages are told to load
    afresh.
    """
    from bluelamp.live.rebuild import rebuild as run_rebuild

    here = context_of(context)
    console = here.console
    bars = console.progress()
    bars.begin(f"rebuild of {feed}", 0, 0)
    done = run_rebuild(_open(here.settings), feed, lambda count, _of: bars.at(0, count))
    bars.end()
    if json:
        kinds = dict(done.counts.kinds)
        console.out_json(
            {"feed": feed, "snapshots": done.snapshots, "verdicts": dict(done.counts.verdicts), "changes": kinds}
        )
    else:
        console.out(f"{feed}: made anew from {counted(done.snapshots, 'snapshot')}.")
        _show_counts(console, done.counts)
    return exits.DONE


def _show_counts(console: Console, counts: IntakeCounts) -> None:
    from bluelamp.domain.change import KINDS
    from bluelamp.domain.guard import REASONS, VERDICTS

    snapshots = sum(counts.verdicts.values())
    console.out(f"{counted(snapshots, 'snapshot')}, {counted(counts.rows, 'row')}")
    parts = (
        (counts.verdicts, VERDICTS, "verdict"),
        (counts.reasons, REASONS, "reason"),
        (counts.kinds, KINDS, "change"),
    )
    for by_name, words, heading in parts:
        if by_name:
            console.out()
            rows = [(name, by_name[name], text) for name, text in words.items() if by_name[name]]
            console.table([heading, "number", "meaning"], rows, right=(1,))
