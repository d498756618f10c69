"""`bluelamp doctor` and `bluelamp config show`: is everything well, and what is set."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp._version import __version__
from bluelamp.cli import exits, options
from bluelamp.cli.console import counted, size_words
from bluelamp.cli.options import console_of, context_of, examples
from bluelamp.errors import BluelampError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.domain.check import Check
    from bluelamp.settings import Settings

config_app = typer.Typer(
    help="Settings and where they come from.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples("bluelamp config show"),
)


@config_app.callback()
def _config() -> None:
    # Without this, typer would take the only command for the whole group.
    return


@config_app.command(epilog=examples("bluelamp config show", "bluelamp config show --json"))
def show(context: typer.Context, json: options.AsJson = False) -> int:
    """Show every setting and where its value came from.

    Secrets are masked.
    """
    from bluelamp.settings import Settings, shown_value

    settings, origins = context_of(context).settings_with_origins
    console = console_of(context)
    rows = [
        (name, shown_value(name, getattr(settings, name)), origins[name], field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    if json:
        for name, value, origin, words in rows:
            console.out_json({"setting": name, "value": value, "origin": origin, "words": words})
        return exits.DONE
    console.table(["setting", "value", "from", "what it is"], rows)
    return exits.DONE


def doctor(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the check of every hash.")] = False,
    mend: Annotated[
        bool,
        typer.Option("--mend", help="First mend what can be: the ledger from its copy, then the rest from the vault."),
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Check that all is well, and name what to mend.

    Versions, paths, free space, the ledger, and every hash of what is kept.
    """
    settings = context_of(context).settings
    console = console_of(context)
    facts = _facts(settings)
    checks: list[dict[str, Any]] = []
    try:
        if mend:
            _mend(context, settings, console)
        archive = options.open_archive(context, looking=True)
        from bluelamp.archive.doctor import check_up, quick_check_up

        found = [*(quick_check_up(archive) if quick else check_up(archive, console.progress()))]
        found += _live_checks(settings, console, quick=quick)
        checks += [{"check": one.name, "ok": one.ok, "words": one.words, "mend": one.mend} for one in found]
        missing = archive.reference.missing()
    except BluelampError as error:
        checks.append({"check": "open", "ok": False, "words": error.message, "mend": error.hint})
        missing = []
    well = all(check["ok"] for check in checks)
    if json:
        console.out_json({**facts, "checks": checks, "reference_missing": missing, "well": well})
        return exits.DONE if well else exits.FAILED
    for name, value in facts.items():
        console.sentence(f"{name:14} {value}")
    for check in checks:
        console.sentence(f"{'ok    ' if check['ok'] else 'WRONG '} {check['check']}: {check['words']}")
        if check["mend"]:
            console.sentence(f"       {check['mend']}")
    for sentence in missing:
        console.sentence(f"note   missing reference data: {sentence}")
    if missing:
        console.out("note   get it: bluelamp reference sync")
    return exits.DONE if well else exits.FAILED


def _live_checks(settings: Settings, console: Console, *, quick: bool) -> list[Check]:
    """Those of the live half; none where there is none."""
    from bluelamp.bootstrap import open_live
    from bluelamp.live import doctor as live

    found = list(live.check_file(settings.live_database_url))
    if (found or settings.database) and all(one.ok for one in found):
        flow = open_live(settings, looking=True)
        bars = console.progress()
        if not quick:
            bars.begin("checking the snapshots", 0, 0)
        found += live.check_up(flow, lambda count, _of: bars.at(0, count), quick=quick)
        if not quick:
            bars.end()
            found += _calls_checks(settings)
        flow.close()
    return found


def _calls_checks(settings: Settings) -> list[Check]:
    """Those of the files of closed days."""
    from bluelamp.bootstrap import open_stores
    from bluelamp.live.doctor import check_calls
    from bluelamp.questions.families.calls.opening import CallsHome

    home = CallsHome(open_stores(settings))
    try:
        return list(check_calls(home.days(), home.lake))
    finally:
        home.close()


def _mend_calls(settings: Settings) -> str:
    """Makes lost days of calls anew; what was done, in words."""
    from bluelamp.bootstrap import open_history, open_stores

    if not open_stores(settings).has_live():
        return ""
    history = open_history(settings)
    try:
        days = history.mend()
    except BluelampError as error:
        return str(error)
    finally:
        history.close()
    return f"{days:,} closed days of calls are made anew from the event log." if days else ""


def _mend(context: typer.Context, settings: Settings, console: Console) -> None:
    from bluelamp.archive.doctor import check_up
    from bluelamp.archive.mend import mend_ledger, mend_vault

    url, done = settings.database_url, []
    if url.startswith("sqlite:///"):
        done.append(mend_ledger(Path(url.removeprefix("sqlite:///"))))
    archive = options.open_archive(context)
    with archive.writing():
        done.append(mend_vault(archive.ledger, archive.vault, console.progress()))
        wrong = {check.name for check in check_up(archive, console.progress()) if not check.ok}
        if not done[-1] and wrong & {"lake", "warehouse"}:
            archive.rebuild(console.progress())
            done.append("The lake and the warehouse are made anew from the bytes as received.")
        if "previous version" in wrong:
            archive.warehouse.forget_previous()
            done.append("The version before the current one is forgotten.")
        if "older states of knowledge" in wrong:
            archive.warehouse.forget_older(archive.warehouse.older())
            done.append("Older states of knowledge are forgotten; they are made anew when they are asked for.")
        if archive.mend_indexes(console.progress(), thorough=True):
            done.append("The indexes are made anew from the current version's file.")
    done.append(_mend_calls(settings))
    for words in done:
        if words:
            console.note(words)


def _facts(settings: Settings) -> dict[str, str]:
    from importlib.metadata import version

    from bluelamp.settings import FILE_NAME, shown_value

    place = settings.home
    while not place.exists():
        place = place.parent
    libraries = ("duckdb", "pyarrow", "sqlalchemy", "obstore", "shapely")
    return {
        "bluelamp": __version__,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in libraries),
        "home": str(settings.home),
        "settings file": str(settings.home / FILE_NAME),
        "free space": size_words(shutil.disk_usage(place).free),
        "database": shown_value("database", settings.database_url),
        "vault": shown_value("vault", settings.vault_url),
    }


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the copy lies; best on another disk.")],
    json: options.AsJson = False,
) -> int:
    """Copy the home, also while it is written to.

    What is there already is not copied again. To restore, copy it back into an empty home.
    """
    from bluelamp.storage.backup import back_up

    here = context_of(context)
    bars = here.console.progress()
    bars.begin("copying", 0, 0)
    copied, size = back_up(here.settings.home, folder, bars.at)
    bars.end()
    if json:
        here.console.out_json({"folder": str(folder), "files": copied, "bytes": size})
    else:
        here.console.out(f"{counted(copied, 'file')} copied ({size_words(size)}) to {folder}.")
    if here.settings.database:
        here.console.note("The database lies in PostgreSQL: copy it with pg_dump, before this.")
    return exits.DONE


def join(app: typer.Typer) -> None:
    app.command("backup", epilog=examples("bluelamp backup /mnt/disk/bluelamp"))(backup)
    app.command(
        "doctor", epilog=examples("bluelamp doctor", "bluelamp doctor --quick --json", "bluelamp doctor --mend")
    )(doctor)
