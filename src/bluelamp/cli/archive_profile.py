"""`bluelamp archive profile`: what each file as a whole was found to be, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.options import console_of, context_of, examples

if TYPE_CHECKING:
    from bluelamp.archive.profile.descriptions import DescribedProperty
    from bluelamp.cli.console import Console


def profile(
    context: typer.Context,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    name: Annotated[
        str, typer.Option("--property", metavar="NAME", help="Only this property: clock, time_of_day, size, …")
    ] = "",
    all_: Annotated[bool, typer.Option("--all", help="Also what is as one would expect.")] = False,
    properties: Annotated[
        bool, typer.Option("--properties", help="Say which properties and values there are, and nothing else.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Say what each file as a whole was found to be, and why.

    Its clock, what its midnight means, where its points lie, and more. Decided from the file and the months around it,
    with how sure it is and why. What is known better goes into file-properties.toml in the home: see the how-to “Say
    what a file really is”.
    """
    from bluelamp.archive.profile.descriptions import properties_of
    from bluelamp.bootstrap import open_warehouse
    from bluelamp.domain.file_property import PROPERTIES
    from bluelamp.errors import UsageError

    console = console_of(context)
    if properties:
        return _vocabulary(console, json)
    if name and name not in PROPERTIES:
        raise UsageError(f"“{name}” is no property of files.", f"There are {', '.join(PROPERTIES)}.")
    chosen = options.selection(force, first, last, dataset)
    with open_warehouse(context_of(context).settings).reading() as connection:
        asked = [
            told
            for told in properties_of(connection)
            if chosen.wants(told.unit) and (not name or told.property.name == name)
        ]
    found = [told for told in asked if all_ or told.property.finding]
    if json:
        for told in found:
            console.out_json(told.as_json())
        return exits.DONE
    if not found:
        console.out("Every file is as one would expect." if asked else "Nothing was decided of such files.")
        return exits.DONE
    _table(console, found)
    return exits.DONE


def _table(console: Console, found: list[DescribedProperty]) -> None:
    console.table(
        ["dataset", "force", "month", "property", "value", "sure", "by", "reason"],
        [
            (
                told.unit.dataset, told.unit.force, str(told.unit.month), told.property.name, told.property.value,
                told.property.standing, told.property.decided_by, told.property.reason,
            )
            for told in found
        ],
    )  # fmt: skip


def _vocabulary(console: Console, json: bool) -> int:
    from bluelamp.domain.file_property import PROPERTIES

    rows = [(name, value, said) for name, (_, values) in PROPERTIES.items() for value, said in values.items()]
    if json:
        for name, value, said in rows:
            console.out_json({"property": name, "words": PROPERTIES[name][0], "value": value, "value_words": said})
        return exits.DONE
    console.table(["property", "value", "what it means"], rows)
    return exits.DONE


def join(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "bluelamp archive profile",
            "bluelamp archive profile --force avon-and-somerset --property clock --all",
            "bluelamp archive profile --properties",
        )
    )(profile)
