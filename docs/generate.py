"""Writes the pages of docs/reference/ from the program itself, so that they cannot drift from it.

python docs/generate.py            write them
python docs/generate.py --check    say which are not current (also done by tests/test_docs.py)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "reference"
_NOTE = "<!-- Written by docs/generate.py: change the program, then run it. -->\n"


def commands() -> str:
    """Every command as its own --help says it."""
    import typer

    from bluelamp.cli.app import app

    root: Any = typer.main.get_command(app)
    lines = ["# Commands", "", "Every command, as its own `--help` says it.", ""]
    for path, command in _walk(root, ("bluelamp",)):
        context = _context(root, path)
        lines += [f"## {' '.join(path)}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(lines)


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            yield from _walk(command.commands[name], (*path, name))


def _context(root: Any, path: tuple[str, ...]) -> Any:
    """The context that a command would be run in, 80 columns wide."""
    command, context = root, None
    for at, name in enumerate(path):
        command = root if at == 0 else command.commands[name]
        settings = {"terminal_width": 80, **getattr(command, "context_settings", {})}
        context = command.make_context(name, [], parent=context, resilient_parsing=True, **settings)
    return context


def settings() -> str:
    """Every setting with its words."""
    from bluelamp.settings import PREFIX, Settings

    lines = [
        "# Settings",
        "",
        "A setting is looked for on the command line (only `--home`), then in the environment, then in the file",
        "`bluelamp.toml` in the home; then its default counts. `bluelamp config show` says each value and where it",
        "came from. A name or value that is not understood is refused, with file and line.",
        "",
        "| in `bluelamp.toml` | in the environment | default | what it is |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "the platform's data folder" if name == "home" else f"`{_toml(field.default)}`"
        in_file = "not there: the file lies in it" if name == "home" else f"`{name}`"
        lines.append(f"| {in_file} | `{PREFIX}{name.upper()}` | {default} | {_sentence(field.description or '')} |")
    lines += [
        "",
        "`BLUELAMP_DEBUG=1` does what `--debug` does. `NO_COLOR` and `TERM=dumb` switch bars off.",
        "",
        "Everything is kept in the home:",
        "",
        "| in the home | what it is |",
        "|---|---|",
        "| `bluelamp.toml` | the settings file, if you make one |",
        "| `ledger.sqlite` | the ledger: every file ever received, with its verdict |",
        "| `live.sqlite` | the live half: every snapshot ever received, the event logs of feeds |",
        "| `feeds/` | agencies of your own, one TOML each |",
        "| `ledger.….copy` | a copy of the ledger, made when a load has ended; `bluelamp doctor --mend` puts it back |",
        "| `vault/` | the bytes as received; lake and warehouse can be made anew from them and the ledger |",
        "| `lake/` | the rows as columnar files (Parquet), and the reference data (`ref_ons__…`) |",
        "| `warehouse/` | the data versions that answer questions (DuckDB), each with its indexes (`….serving/`) |",
        "| `dashboards/` | dashboards of your own, if you make some: one YAML file each |",
        "| `cache/`, `tmp/`, `writer.lock` | may be removed while nothing runs |",
        "",
    ]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def datasets() -> str:
    """What may be asked, and the words of every dimension, measure and caveat."""
    from bluelamp.domain.dataset import BY_NAME
    from bluelamp.questions.registry import datasets

    lines = ["# Datasets", "", "What may be asked of each dataset, with `bluelamp ask` or `bluelamp.ask`.", ""]
    for spec in datasets().values():
        lines += [f"## {spec.name}", "", _sentence(spec.words), ""]
        lines += ["| measure | counts | what it is |", "|---|---|---|"]
        lines += [f"| `{m.name}` | {m.unit} | {_sentence(m.words)} |" for m in spec.measures]
        lines += ["", "| field | kind | published as | what it is |", "|---|---|---|---|"]
        lines += [f"| `{d.name}` | {d.kind.name} | {d.column or '–'} | {_sentence(d.words)} |" for d in spec.dimensions]
        lines += ["", "Every answer says:", "", *(f"- {caveat}" for caveat in spec.caveats), ""]
        if spec.name not in BY_NAME:
            continue
        published = BY_NAME[spec.name]
        lines += ["Known values. Others are kept as published and counted as `unknown_value`:", ""]
        for column, values in published.vocabularies.items():
            lines.append(f"- **{column}**: {'; '.join(sorted(values))}")
        lines.append("")
    return "\n".join([*lines, *_eras()])


def _eras() -> list[str]:
    """The table of eras: what begins, ends or changes its name in the files of the archive."""
    from bluelamp.domain.eras import changes, mergers, silences
    from bluelamp.domain.force import BY_SLUG

    lines = [
        "## Eras",
        "",
        *_ERAS_WORDS,
        "",
        "| what | months | became | column | of | known |",
        "|---|---|---|---|---|---|",
    ]
    for one in changes():
        for era in one.eras:
            columns, datasets = ", ".join(one.columns), ", ".join(one.datasets)
            became = era.became or "–"
            lines.append(f"| {_sentence(era.what)} | {era.span()} | {became} | {columns} | {datasets} | {one.known} |")
    lines += ["", "What must be quoted with a figure that crosses one of these borders:", ""]
    lines += [f"- **{one.name.capitalize() if one.name.islower() else one.name}**: {one.words}" for one in changes()]
    lines += ["", "The values that stand in one era alone:", ""]
    lines += [
        f"- **{era.what}** ({era.span()}): {'; '.join(sorted(era.values))}"
        for one in changes()
        for era in one.eras
        if era.values
    ]
    lines += ["", "How each is known:", "", *(f"- **{one.name}**: {one.source}" for one in changes())]
    lines += ["", "### Silences", "", "Months of which a publisher is known to have published no file.", ""]
    lines += ["| force | dataset | months | known |", "|---|---|---|---|"]
    for silence in silences():
        months = str(silence.first) if silence.first == silence.last else f"{silence.first} to {silence.last}"
        name = BY_SLUG[silence.force].name
        lines.append(f"| {name} | {silence.dataset} | {months} | {_sentence(silence.source)} |")
    lines += ["", "### Local authorities that were merged", "", "Towns of LSOA names keep the former ones.", ""]
    lines += ["| since | authority | of |", "|---|---|---|"]
    lines += [f"| {one.first} | {one.into} | {', '.join(one.was)} |" for one in mergers()]
    return [*lines, ""]


_ERAS_WORDS = (
    "What begins, ends or changes its name, by the month of the file. Outside of its era a value could not be",
    "recorded: a figure of it there is not known, and no 0. Where a file has it all the same, its records count, and",
    "the load tells of it (`outside_era`). The facts behind the table:",
    "[data.police.uk](../sources/data-police-uk.md#eras).",
)


def tables() -> str:
    """The tables of the lake and of the warehouse."""
    import inspect

    from bluelamp.domain.call_field import LAKE_COLUMNS
    from bluelamp.questions.families.archive.datasets import DATASETS
    from bluelamp.storage import lake
    from bluelamp.storage.calls import lake as calls_lake
    from bluelamp.storage.warehouse.tables import TABLES

    comments = {d.name: f"the {d.column} column" for spec in DATASETS.values() for d in spec.dimensions if d.column}
    comments |= dict(re.findall(r'^\s*\("(\w+)", .*?\),\s+# (.+)$', inspect.getsource(lake), re.MULTILINE))
    lines = [
        "# Tables",
        "",
        "Names say layer and source: `stg_` (typed, one row for each published row), `dim_` (what numbers stand for),",
        "`mart_` (counted beforehand). Lake and warehouse may be read by other programs; only Bluelamp writes them.",
        "",
        "## The lake",
        "",
        "Parquet files under `lake/`, a folder for each table. Rows of every release are here: join `file_id` with the",
        "ledger's `file` table to choose.",
        "",
    ]
    for name, schema in lake.SCHEMAS.items():
        lines += [f"### {name}", "", "| column | type | |", "|---|---|---|"]
        lines += [f"| `{field.name}` | {_arrow(field.type)} | {comments.get(field.name, '')} |" for field in schema]
        lines.append("")
    lines += [
        "### calls",
        "",
        "Calls for service of closed days: one file for each feed and local day, under a folder for",
    ]
    lines += ["each feed. Moments are in UTC.", "", "| column | type | |", "|---|---|---|"]
    words = {column.name: column.words for column in LAKE_COLUMNS}
    words |= dict(re.findall(r'^\s*\("(\w+)", .*?\),\s+# (.+)$', inspect.getsource(calls_lake), re.MULTILINE))
    lines += [f"| `{one.name}` | {_arrow(one.type)} | {words.get(one.name, '')} |" for one in calls_lake.SCHEMA]
    lines += ["", "## The warehouse", "", "One DuckDB file for each data version, under `warehouse/`.", ""]
    folder = resources.files("bluelamp.storage.warehouse") / "sql"
    for name in TABLES:
        text = (folder / f"{name}.sql").read_text(encoding="utf-8").partition("-- fill\n")[0]
        text = re.sub(r"^ *-- (begin .*|end)\n", "", text, flags=re.MULTILINE)  # the marks of scripts/warehouse_sql.py
        comment, create = re.fullmatch(r"((?:--[^\n]*\n)*)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
        words = " ".join(line.removeprefix("--").strip() for line in comment.splitlines())
        lines += [f"### {name}", "", words, "", "```sql", create.strip(), "```", ""]
    return "\n".join(lines)


def _arrow(kind: object) -> str:
    return "word" if str(kind).startswith("dictionary") else str(kind)


def findings() -> str:
    """Findings of the quality report, states of coverage, verdicts of the ledger, kinds of files that differ."""
    from bluelamp.archive.diff_sides import KINDS
    from bluelamp.archive.quality import FINDINGS
    from bluelamp.archive.status import VERDICT_WORDS
    from bluelamp.domain.coverage import State

    lines = ["# Findings, states and verdicts", "", "## Findings", ""]
    lines += ["What `bluelamp archive quality` reports. A finding never changes a row.", ""]
    lines += ["| finding | what it means |", "|---|---|"]
    lines += [f"| `{name}` | {_sentence(words)} |" for name, words in FINDINGS.items()]
    lines += ["", "## States of coverage", ""]
    lines += ["What is known of one dataset, force and month: `bluelamp archive coverage`.", ""]
    lines += ["| state | what it means |", "|---|---|"]
    lines += [f"| `{state}` | {_sentence(state.words)} |" for state in State]
    lines += ["", "## Verdicts", "", "What became of one file that was received: `bluelamp archive files`.", ""]
    lines += ["| verdict | what it means |", "|---|---|"]
    lines += [f"| `{name}` | {_sentence(words)} |" for name, words in VERDICT_WORDS.items()]
    lines += ["", "## Files of two releases", ""]
    lines += ["What a file is that is not the same, byte for byte, in both: `bluelamp archive diff`.", ""]
    lines += ["| kind | what it means |", "|---|---|"]
    lines += [f"| `{name}` | {_sentence(words)} |" for name, words in KINDS.items()]
    return "\n".join([*lines, ""])


def live() -> str:
    """What is said of feeds, snapshots and changes, with its words."""
    from bluelamp.domain.change import KINDS
    from bluelamp.domain.guard import REASONS, VERDICTS
    from bluelamp.live.health import STATES
    from bluelamp.live.proofs import ENDS, SAME
    from bluelamp.sources.feeds.agency import read_agencies

    lines = ["# Live: changes, verdicts, feeds", ""]
    tables = (
        ("Kinds of change", KINDS),
        ("Verdicts on snapshots", VERDICTS),
        ("Why a snapshot is suspicious, or good after all", REASONS),
        ("How a feed is doing", STATES),
    )
    for title, words in tables:
        lines += [f"## {title}", "", "| word | meaning |", "|---|---|"]
        lines += [f"| `{word}` | {_sentence(text)} |" for word, text in words.items()] + [""]
    lines += _rules("What proves that a call has ended", _ENDS_WORDS, ENDS)
    lines += _rules("Which rows are the same call", _SAME_WORDS, SAME)
    lines += ["## Feeds that come with Bluelamp", "", "| feed | of | platform | list | every | licence |"]
    lines += ["|---|---|---|---|---|---|"]
    for name, one in read_agencies(None).items():
        every = f"{one.interval_seconds:g} s"
        lines.append(f"| `{name}` | {one.title} | {one.platform} | {one.rules.window} | {every} | {one.licence} |")
    return "\n".join([*lines, ""])


_ENDS_WORDS = (
    "Every rule once; each is held by the test of its name. An *interval* is the feed's `interval_seconds`, by the",
    "time at which answers were fetched or handed in. An empty, truncated, late or repeated snapshot never ends a",
    "call.",
)
_SAME_WORDS = ("A number alone is not enough: numbers begin anew, at some publishers every night.",)


def _rules(title: str, words: tuple[str, ...], rules: dict[str, Any]) -> list[str]:
    lines = [f"## {title}", "", *words, "", "| rule | what comes | what follows |", "|---|---|---|"]
    lines += [f"| `{name}` | {_sentence(one.comes)} | {_sentence(one.follows)} |" for name, one in rules.items()]
    return [*lines, ""]


def exit_codes() -> str:
    """Exit codes, and which error leads to which."""
    from bluelamp import errors
    from bluelamp.cli.exits import WORDS

    lines = ["# Exit codes and errors", "", "| code | what it means |", "|---|---|"]
    lines += [f"| {code} | {_sentence(words)} |" for code, words in WORDS.items()]
    lines += [
        "",
        "A message on standard error says what is wrong, where, and what to do. These are its kinds, as a script meets",
        "them in `bluelamp.errors`:",
        "",
        "| error | exit code | what it means |",
        "|---|---|---|",
    ]
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.BluelampError) and kind is not errors.BluelampError:
            first = (kind.__doc__ or "").strip().splitlines()[0]
            lines.append(f"| `{name}` | {kind.exit_code} | {_sentence(first)} |")
    return "\n".join([*lines, ""])


def api() -> str:
    """Every address of the web API, from its own description."""
    from pathlib import Path as Folder
    from tempfile import mkdtemp

    from bluelamp.settings import read_settings
    from bluelamp.web.app import make_app
    from bluelamp.web.asgi import problems

    described = make_app(read_settings({"home": Folder(mkdtemp())}, {})[0]).openapi()
    lines = [
        "# The web API",
        "",
        "Served by `bluelamp serve`. Everything is read with GET, needs no key, and is JSON unless said otherwise;",
        "what changes something bears its method before its address. The same description for programs is at",
        "`/openapi.json`, with the shape of every answer.",
        "",
    ]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            lines += _operation(path if method == "get" else f"{method.upper()} {path}", operation)
    lines += [
        "## Errors",
        "",
        "Problem details (RFC 9457) with a `detail` to read and, where there is one, a `hint` to follow.",
    ]
    lines += ["", "| status | kind | when |", "|---|---|---|"]
    lines += [f"| {status} | `{slug}` | {_sentence(title)} |" for _, status, slug, title in problems.TABLE]
    return "\n".join([*lines, ""])


def _operation(title: str, operation: dict[str, Any]) -> list[str]:
    lines = [f"## {title}", "", f"{operation['summary']}. {' '.join(operation['description'].split())}", ""]
    if parameters := operation.get("parameters", []):
        lines += ["| parameter | what it is |", "|---|---|"]
        lines += [f"| `{one['name']}` | {_sentence(one['description'])} |" for one in parameters]
        lines.append("")
    return lines


def dashboards() -> str:
    """What may stand in a dashboard's file, and the dashboards that are shipped."""
    from bluelamp.questions.dashboards import CARD_WORDS, DASHBOARD_WORDS, KIND_WORDS, read_dashboards

    lines = ["# Dashboards", "", "What may stand in a file of `dashboards/` in the home.", ""]
    lines += ["| of a dashboard | what it is |", "|---|---|"]
    lines += [f"| `{name}` | {_sentence(words)} |" for name, words in DASHBOARD_WORDS.items()]
    lines += ["", "| of a card | what it is |", "|---|---|"]
    lines += [f"| `{name}` | {_sentence(words)} |" for name, words in CARD_WORDS.items()]
    lines += ["", "| kind of card | what it shows |", "|---|---|"]
    lines += [f"| `{name}` | {_sentence(words)} |" for name, words in KIND_WORDS.items()]
    for dashboard in read_dashboards().values():
        lines += ["", f"## {dashboard.name}: {dashboard.title}", "", _sentence(dashboard.lead), ""]
        lines += ["| card | kind | dataset | title |", "|---|---|---|---|"]
        lines += [f"| `{card.name}` | {card.kind} | {card.dataset} | {card.title} |" for card in dashboard.cards]
    return "\n".join([*lines, ""])


def _sentence(words: str) -> str:
    text = words.strip().rstrip(".").replace("|", "\\|")
    return text[:1].upper() + text[1:] + "."


PAGES: dict[str, Callable[[], str]] = {
    "live.md": live,
    "commands.md": commands,
    "settings.md": settings,
    "datasets.md": datasets,
    "tables.md": tables,
    "findings.md": findings,
    "exit-codes.md": exit_codes,
    "api.md": api,
    "dashboards.md": dashboards,
}


def page(name: str) -> str:
    """One page as it should be; no line ends in blanks."""
    return re.sub(r"[ \t]+$", "", _NOTE + PAGES[name](), flags=re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check name those that are not current."""
    stale = [
        name for name in PAGES if not (HERE / name).exists() or (HERE / name).read_text(encoding="utf-8") != page(name)
    ]
    for name in stale:
        if "--check" not in arguments:
            HERE.mkdir(exist_ok=True)
            (HERE / name).write_text(page(name), encoding="utf-8")
        sys.stdout.write(f"{'not current' if '--check' in arguments else 'written'}: docs/reference/{name}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
