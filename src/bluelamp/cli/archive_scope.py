"""`bluelamp archive scope`: which forces, datasets and months the installation is set up to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.options import console_of, examples, open_archive
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.domain.scope import Scope, ScopeChoice
    from bluelamp.domain.selection import Selection

Forces = Annotated[
    list[str] | None,
    typer.Option(
        "--force", metavar="FORCE", help="Expect this force; repeat for several.", autocompletion=options.complete_force
    ),
]
Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="DATASET",
        help="Expect crimes, outcomes or stops; repeat for several.",
        autocompletion=options.complete_dataset,
    ),
]
From = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="Expect months from this one on.")]
To = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Expect months up to and with this one.")]


def scope(
    context: typer.Context,
    force: Forces = None,
    all_forces: Annotated[
        bool, typer.Option("--all-forces", help="Expect every publisher, whatever was received.")
    ] = False,
    dataset: Datasets = None,
    first: From = None,
    last: To = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Go back to what was chosen on loading; other options then change that.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """Say what the installation is set up to hold, or change it.

    Coverage is counted within it, and what lies outside is said once. By default it is what was chosen on loading. A
    change loads and removes nothing: what is held stays in every figure.
    """
    if force and all_forces:
        raise UsageError("--force and --all-forces say the opposite of each other.", "Say one of them.")
    asked = options.selection(force, first, last, dataset)
    changes = reset or all_forces or not asked.is_everything
    archive = open_archive(context, looking=not changes)
    console = console_of(context)
    version = None
    if changes:
        with archive.writing():
            chosen = _changed(archive.ledger.chosen_scope(), asked, all_forces=all_forces, reset=reset)
            archive.ledger.choose_scope(chosen, archive.timestamp())
            _, version = archive.finish(console.progress())
    from bluelamp.archive.status import coverage_cells
    from bluelamp.domain.coverage import scope_of_cells

    now, chosen = scope_of_cells(coverage_cells(archive)), archive.ledger.chosen_scope()
    if json:
        facts = {"data_version": version.name if version else None, "changed": version is not None} if changes else {}
        console.out_json({**scope_facts(now), "chosen": _choice_facts(chosen), **facts})
        return exits.DONE
    for line in scope_lines(now):
        console.sentence(line)
    console.sentence(_how_chosen(chosen))
    if changes:
        console.out(f"Data version {version.name} is published." if version else "Nothing changes by it.")
    return exits.DONE


def scope_lines(scope: Scope) -> list[str]:
    """A sentence for each dataset, and one for what lies outside."""
    from bluelamp.domain.dataset import DATASETS
    from bluelamp.domain.scope_words import outside_words, scope_line, scope_words

    if not scope:
        return [scope_line(scope)]
    return [*(scope_words(one.name, scope.get(one.name)) for one in DATASETS), outside_words(scope)]


def scope_facts(scope: Scope) -> dict[str, Any]:
    """The same as JSON: `forces` by their short names, months null where nothing of a dataset belongs to it."""
    from bluelamp.domain.dataset import DATASETS
    from bluelamp.domain.scope_words import outside_words, scope_words

    datasets = {}
    for dataset in DATASETS:
        its = scope.get(dataset.name)
        datasets[dataset.name] = {
            "forces": sorted(its.forces) if its else [],
            "from": str(its.first) if its else None,
            "to": str(its.last) if its else None,
            "words": scope_words(dataset.name, its),
        }
    return {"datasets": datasets, "outside": outside_words(scope)}


def _changed(before: ScopeChoice, selection: Selection, *, all_forces: bool, reset: bool) -> ScopeChoice:
    """What was said before, but for what is said now."""
    from bluelamp.domain.scope import DEFAULT_SCOPE, EVERY_FORCE, ScopeChoice

    base = DEFAULT_SCOPE if reset else before
    first, last = selection.first or base.first, selection.last or base.last
    if first and last and first > last:
        raise UsageError(
            f"The months would run backwards: from {first} to {last}.", "Say both --from and --to, or --reset."
        )
    forces = EVERY_FORCE if all_forces else selection.forces or base.forces
    return ScopeChoice(forces, selection.datasets or base.datasets, first, last)


def _choice_facts(chosen: ScopeChoice) -> dict[str, Any] | None:
    if chosen.is_default:
        return None
    return {
        "forces": None if chosen.forces is None else sorted(chosen.forces),
        "datasets": None if chosen.datasets is None else sorted(chosen.datasets),
        "from": str(chosen.first) if chosen.first else None,
        "to": str(chosen.last) if chosen.last else None,
    }


def _how_chosen(chosen: ScopeChoice) -> str:
    if chosen.is_default:
        return "That is what was chosen on loading; the options of this command change it."
    said = [
        ("forces", chosen.forces and _listed(chosen.forces)),
        ("datasets", chosen.datasets and _listed(chosen.datasets)),
        ("from", chosen.first),
        ("to", chosen.last),
    ]
    told = "; ".join(f"{name} {value}" for name, value in said if value is not None)
    return (
        f"Chosen by this command: {told}. What is held besides is in every figure, and counted. "
        "--reset goes back to what was chosen on loading."
    )


def _listed(names: frozenset[str]) -> str:
    from bluelamp.domain.scope import EVERY_FORCE

    return "all" if names == EVERY_FORCE else ", ".join(sorted(names))


def join(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "bluelamp archive scope",
            "bluelamp archive scope --force kent --force essex --from 2022-01",
            "bluelamp archive scope --reset",
        )
    )(scope)
