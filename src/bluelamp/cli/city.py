"""`bluelamp synthetic …`: invented data to try Bluelamp out with."""

from __future__ import annotations

import shlex
import threading
from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.options import context_of, examples
from bluelamp.errors import UsageError

app = typer.Typer(
    help="Invented data, to try Bluelamp out without a network.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples("bluelamp synthetic city", "bluelamp synthetic archive three-in-a-hundred"),
)


@app.command(
    epilog=examples(
        "bluelamp synthetic city",
        "bluelamp synthetic city --port 8765 --every 10 --tempo 4 --toml .",
        "bluelamp synthetic city --speed 60 --faults 0.2 --truth truth.json",
    )
)
def city(
    context: typer.Context,
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65_535, help="The port; 0 for any free one.")] = 0,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Another seed, another city.")] = 1,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, max=3600, help="It publishes so often, in its own time.")
    ] = 120.0,
    speed: Annotated[
        float,
        typer.Option(
            metavar="FACTOR",
            min=0.1,
            max=10_000,
            help="Its time goes so many times as fast; then it begins a week ago.",
        ),
    ] = 1.0,
    tempo: Annotated[
        float,
        typer.Option(metavar="FACTOR", min=0.1, max=4, help="Calls come and go so many times as often as in life."),
    ] = 1.0,
    faults: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="The share of publications with a fault.")
    ] = 0.0,
    toml: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write the feed's file, demo-city.toml, into this folder, and the city's streets into the home.",
        ),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="At the end, write what was true and which faults there were.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Serve the active calls of an invented city, until Ctrl-C.

    On this machine only, in the form that Dallas publishes, with every fault that a feed can have where --faults asks
    for them. No call, street or unit in it is real. Prints the address of the feed; to poll it, give its file to
    bluelamp feeds add and set BLUELAMP_ALLOW_PRIVATE_ADDRESSES=true.
    """
    from bluelamp.storage.files import storage_errors
    from bluelamp.synthetic.city.showing import build_places, show_city, write_feed
    from bluelamp.synthetic.city.truth import write_truth

    here = context_of(context)
    console = here.console
    try:
        opened = show_city(seed=seed, tempo=tempo, every=every, speed=speed, share=faults, port=port)
    except OSError as error:
        raise UsageError(
            f"Cannot serve on port {port}: {error.strerror or error}.", "Choose another one with --port, or 0 for any."
        ) from None
    with opened:
        if toml is not None:
            with storage_errors("write the feed's file"):
                console.note(f"Wrote {write_feed(toml, opened, interval=max(every / speed, 1.0))}")
                built = build_places(here.settings.home, seed)
            console.note(f"Built the gazetteer of its {built.counts['streets']:,} streets, so that calls have places.")
        if json:
            console.out_json({"url": opened.url, "seed": seed, "publication": opened.publication})
        else:
            console.note("Every call, street and unit in it is invented; Ctrl-C ends it.")
            console.out(opened.url)
        console.flush()
        here.endless = True
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            console.note("Stopped.")
        if truth is not None:
            with storage_errors("write the truth"):
                write_truth(opened.publisher, opened.plan, opened.publication + 1, truth)
    return exits.DONE


@app.command(
    epilog=examples(
        "bluelamp synthetic archive",
        "bluelamp synthetic archive three-in-a-hundred",
        "bluelamp synthetic archive with-holes --folder /tmp/holes",
    )
)
def archive(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Which one; without it they are listed.")] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where it is written; .sparse/NAME by default.")
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Write an invented archive that lacks nearly all.

    Real installations do. Each lacks in a way of its own: one force, a hole of years, no outcomes at all. With it come
    its areas and, in truth.json, what is true of every file. Prints the commands that load it and show it.
    """
    from bluelamp.questions.model.suggestions import near
    from bluelamp.storage.files import storage_errors
    from bluelamp.synthetic.sparse import ARCHIVES, BY_NAME, as_commands, write_sparse

    console = context_of(context).console
    if name is None:
        if json:
            console.out_json({"archives": [{"name": one.name, "words": one.words} for one in ARCHIVES]})
        else:
            console.table(["name", "what it is"], [[one.name, one.words] for one in ARCHIVES])
        return exits.DONE
    if name not in BY_NAME:
        raise UsageError(f"There is no invented archive “{name}”.", near(name, BY_NAME))
    place = folder or Path(".sparse") / name
    with storage_errors("write the archive"):
        truth = write_sparse(BY_NAME[name], place)
    home = str(place / "home")
    commands = [["bluelamp", "--home", home, *words] for words in (*as_commands(truth), ["serve"])]
    if json:
        console.out_json({"name": name, "folder": str(place), "home": home, "commands": commands})
    else:
        console.note(f"Wrote {name} into {place}: {truth.archive.words}. To load it and look at it:")
        for words in commands:
            console.out(shlex.join(words))
    return exits.DONE
