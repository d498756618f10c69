"""`bluelamp archive discard`: takes one file that cannot be read off the list of what is to be read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.options import console_of, examples, open_archive
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.storage.ledger.ledger import StoredFile


def discard(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="FILE", help="Its name, such as 2024-03-kent-street.csv.")],
    release: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="The release it came with, where several have it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: options.AsJson = False,
) -> int:
    """Do without one file that waits or cannot be read.

    Its bytes stay in the vault and its line in the ledger. To read it after all, load its release again.
    """
    from bluelamp.archive.discard import discard as set_aside
    from bluelamp.archive.discard import find_discardable

    console = console_of(context)
    archive = open_archive(context)
    found = find_discardable(archive.ledger, name, options.month(release, "--release"))
    if len(found) > 1:
        releases = ", ".join(str(file.release) for file in found)
        raise UsageError(
            f"{len(found)} files are called so, of the releases {releases}.", "Say which: --release YYYY-MM."
        )
    (file,) = found
    if not yes and not _agreed(console, file):
        return exits.FAILED
    set_aside(archive, file)
    _, version = archive.finish(console.progress())
    if json:
        facts = {"file_id": file.id, "member": file.member, "release": str(file.release), "vault_key": file.vault_key}
        console.out_json(facts | {"data_version": version.name if version else None})
        return exits.DONE
    console.out(f"Discarded: {file.member} of {file.release} is not read. Its force-month counts as not fetched.")
    if file.vault_key:
        console.out(f"Its bytes stay in the vault, in {file.vault_key}. Loading its release again has it read again.")
    if version is not None:
        console.out(f"Data version {version.name} is published.")
    return exits.DONE


def _agreed(console: Console, file: StoredFile) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("Discarding asks first, and nobody is here to answer.", "Say --yes.")
    why = f" ({file.state}: it {file.reason})" if file.reason else f" ({file.state})"
    console.ask(f"Do without {file.member} of {file.release}{why}? Its bytes are kept. [y/N] ")
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    console.note("Nothing was changed.")
    return False


def join(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "bluelamp archive discard 2024-03-kent-street.csv",
            "bluelamp archive discard 2024-03-kent-street.csv --release 2024-05 --yes",
        )
    )(discard)
