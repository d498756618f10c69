"""`bluelamp archive …`: the room of the archive's commands; each file beside this one holds some of them."""

from __future__ import annotations

import typer

from bluelamp.cli import archive_discard, archive_load, archive_profile, archive_reports, archive_scope, archive_status
from bluelamp.cli.options import examples

app = typer.Typer(
    help="The archive: take releases in; what is held and missing.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples("bluelamp archive load 2024-03.zip", "bluelamp archive coverage --force kent"),
)
archive_load.join(app)
archive_discard.join(app)
archive_status.join(app)
archive_profile.join(app)
archive_scope.join(app)
archive_reports.join(app)
