"""`bluelamp hooks …`: how webhooks are doing, and what could not be delivered; for whoever runs this installation."""

from __future__ import annotations

import json as json_
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples

if TYPE_CHECKING:
    from bluelamp.bootstrap import LiveHalf
    from bluelamp.settings import Settings

app = typer.Typer(
    help="Webhooks: how they are doing, what could not be delivered.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples(
        "bluelamp hooks list", "bluelamp hooks dead hook_0123456789abcdef", "bluelamp hooks retry hook_0123456789abcdef"
    ),
)

# As many as the API shows.
_MOST_LETTERS = 20

HookArgument = Annotated[str, typer.Argument(metavar="HOOK", help="A webhook, by its id in bluelamp hooks list.")]


@contextmanager
def _opened(settings: Settings, *, looking: bool = False) -> Iterator[LiveHalf]:
    from bluelamp.bootstrap import open_live_half

    half = open_live_half(settings, looking=looking)
    try:
        yield half
    finally:
        half.close()


@app.command("list", epilog=examples("bluelamp hooks list", "bluelamp hooks list --json"))
def list_(context: typer.Context, json: options.AsJson = False) -> int:
    """List every webhook.

    Whose it is, how far it has come, what hinders it.
    """
    from bluelamp.storage.follow.hooks import waiting_of

    here = context_of(context)
    with _opened(here.settings, looking=True) as half:
        heads, dead = half.flow.log.heads(), half.hooks.dead()
        owners = {key.id: key.name for key in half.keys.all()}
        hooks = half.hooks.all()
    rows = []
    for hook in hooks:
        waiting = waiting_of(hook, heads.get(hook.feed))
        told = {
            "id": hook.id, "key": owners.get(hook.key, ""), "feed": hook.feed, "state": hook.state,
            "delivered": hook.delivered, "waiting": waiting, "tries": hook.tries, "dead": dead.get(hook.id, 0),
            "problem": hook.problem,
        }  # fmt: skip
        rows.append(told)
        if json:
            here.console.out_json({**told, "url": hook.url, "next_try_at": hook.next_try_at})
    if not json and rows:
        here.console.table(list(rows[0]), [tuple(row.values()) for row in rows], right=range(4, 8))
    if not json and not rows:
        here.console.out("There is no webhook. They are made over the API, with a key: bluelamp keys add NAME")
    return exits.DONE


@app.command(epilog=examples("bluelamp hooks dead hook_0123456789abcdef --json"))
def dead(context: typer.Context, hook: HookArgument, json: options.AsJson = False) -> int:
    """Show what was not taken.

    The deliveries that a webhook's receiver did not take, however often they were tried, and why; the oldest 20.
    """
    here = context_of(context)
    with _opened(here.settings, looking=True) as half:
        letters = half.hooks.letters(half.hooks.get(hook).id, _MOST_LETTERS)
        total = half.hooks.dead().get(hook, 0)
    for letter in letters:
        payload = json_.loads(letter.body)
        if json:
            here.console.out_json({
                "id": letter.message, "reason": letter.reason, "tries": letter.tries,
                "first_try_at": letter.first_try_at, "died_at": letter.died_at, "payload": payload,
            })  # fmt: skip
            continue
        here.console.out(f"{letter.message}: {counted(len(payload['changes']), 'change')} up to {payload['to']}")
        here.console.sentence(f"  {letter.reason} Tried {counted(letter.tries, 'time')} until {letter.died_at}.")
    if total > len(letters):
        here.console.note(f"The oldest {len(letters)} of {total}.")
    if not letters and not json:
        here.console.out("There is no dead letter.")
    return exits.DONE


@app.command(epilog=examples("bluelamp hooks retry hook_0123456789abcdef"))
def retry(context: typer.Context, hook: HookArgument, json: options.AsJson = False) -> int:
    """Have a webhook's dead letters tried once more.

    The process that delivers sends them, the oldest first; what waits for its next try is tried at once as well.
    """
    here = context_of(context)
    with _opened(here.settings) as half:
        count = half.hooks.retry(half.hooks.get(hook).id)
    if json:
        here.console.out_json({"hook": hook, "retrying": count})
    else:
        here.console.out(f"{counted(count, 'dead letter')} will be tried once more.")
    return exits.DONE


@app.command(epilog=examples("bluelamp hooks remove hook_0123456789abcdef"))
def remove(context: typer.Context, hook: HookArgument, json: options.AsJson = False) -> int:
    """Remove a webhook, with its dead letters."""
    here = context_of(context)
    with _opened(here.settings) as half:
        half.hooks.remove(hook)
    if json:
        here.console.out_json({"hook": hook})
    else:
        here.console.out(f"{hook} is removed.")
    return exits.DONE
