"""`bluelamp keys …`: API keys, for those who want webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples

if TYPE_CHECKING:
    from bluelamp.settings import Settings
    from bluelamp.storage.follow.keys import Keys

app = typer.Typer(
    help="API keys: who may have webhooks.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples('bluelamp keys add "A newsroom"', "bluelamp keys list", 'bluelamp keys remove "A newsroom"'),
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whom the key is for.")]


@contextmanager
def _keys(settings: Settings, *, looking: bool = False) -> Iterator[Keys]:
    from bluelamp.bootstrap import open_live_half

    half = open_live_half(settings, looking=looking)
    try:
        yield half.keys
    finally:
        half.close()


@app.command(epilog=examples('bluelamp keys add "A newsroom"', 'bluelamp keys add "A newsroom" --json'))
def add(context: typer.Context, name: Name, json: options.AsJson = False) -> int:
    """Make a key and show it, this once.

    Only its hash is kept: a key that is lost is removed, and another one made.
    """
    here = context_of(context)
    with _keys(here.settings) as keys:
        token = keys.add(name)
    if json:
        here.console.out_json({"name": " ".join(name.split()), "key": token})
        return exits.DONE
    here.console.out(token)
    here.console.note("This is the only time that the key is shown. Send it as Authorization: Bearer KEY.")
    return exits.DONE


@app.command("list", epilog=examples("bluelamp keys list", "bluelamp keys list --json"))
def list_(context: typer.Context, json: options.AsJson = False) -> int:
    """List the keys.

    Their first characters, and when each was last used.
    """
    here = context_of(context)
    with _keys(here.settings, looking=True) as keys:
        found = keys.all()
    for key in found if json else ():
        here.console.out_json(
            {"name": key.name, "begins": key.shown, "created_at": key.created_at, "last_used_at": key.last_used_at}
        )
    if not json and found:
        rows = [(key.name, f"{key.shown}…", key.created_at, key.last_used_at or "never") for key in found]
        here.console.table(["name", "begins with", "made", "last used"], rows)
    if not json and not found:
        here.console.out("There is no key. Make one with: bluelamp keys add NAME")
    return exits.DONE


@app.command(epilog=examples('bluelamp keys remove "A newsroom"'))
def remove(context: typer.Context, name: Name, json: options.AsJson = False) -> int:
    """Take a key back, with its webhooks and their dead letters."""
    here = context_of(context)
    with _keys(here.settings) as keys:
        hooks = keys.remove(name)
    if json:
        here.console.out_json({"name": name, "hooks": hooks})
    else:
        here.console.out(f"{name}: the key is removed, and {counted(hooks, 'webhook')} with it.")
    return exits.DONE
