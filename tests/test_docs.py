"""The documentation is held to what it says: generated pages are current, commands run, links lead somewhere, and
whatever a person meets has its words."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from typer.exceptions import TyperException

import bluelamp
from bluelamp.archive.quality import FINDINGS
from bluelamp.archive.status import VERDICT_WORDS
from bluelamp.cli import exits, main
from bluelamp.cli.app import app
from bluelamp.domain.coverage import State
from bluelamp.domain.dataset import CRIMES
from bluelamp.questions.families.archive.datasets import DATASETS
from bluelamp.settings import Settings
from tests.lib.cli.command_line import crime, files_of, table, write_release

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
HAND_WRITTEN = [page for page in PAGES if page.parent.name != "reference"]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
HAND_WRITTEN_NAMES = [str(page.relative_to(ROOT)) for page in HAND_WRITTEN]
KINDS_OF_BLOCKS = ("sh", "text", "python", "javascript", "toml", "sql", "json", "xml", "html")
COMMAND: Any = typer.main.get_command(app)


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """(info string, text) of each fenced block, indentation taken away."""
    for indent, info, text in re.findall(
        r"^([ ]*)```([^\n]*)\n(.*?)^\1```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    ):
        yield info.strip(), "\n".join(line.removeprefix(indent) for line in text.splitlines())


def shell_lines(page: Path) -> Iterator[tuple[bool, str]]:
    """(needs a network, line) of each line of a shell block."""
    for info, text in blocks(page):
        if info.split()[:1] == ["sh"]:
            for line in text.splitlines():
                if line.strip():
                    yield "network" in info.split(), line


def understood(line: str) -> None:
    """Raises where the command line would refuse these words; a command without its argument is only named."""
    words = shlex.split(line)[1:]
    try:
        context = COMMAND.make_context("bluelamp", list(words))
        below, rest = COMMAND, [*context._protected_args, *context.args]
        while hasattr(below, "commands") and rest:
            below, rest = below.commands[rest[0]], rest[1:]
        if not hasattr(below, "commands"):
            below.make_context(below.name, rest)
    except typer.Exit:
        return
    except TyperException as error:
        if type(error).__name__ != "MissingParameter":
            raise


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# -- what is generated ------------------------------------------------------------------------------------------


def test_the_reference_is_current(generator, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    stale = [name for name in generator.PAGES if (generator.HERE / name).read_text("utf-8") != generator.page(name)]
    assert not stale, "run: python docs/generate.py"
    assert {path.name for path in generator.HERE.iterdir()} == set(generator.PAGES)


def test_every_command_setting_dataset_finding_state_and_code_stands_in_the_reference():
    def page(name: str) -> str:
        return (ROOT / "docs" / "reference" / name).read_text("utf-8")

    def walk(command: Any, path: str) -> Iterator[str]:
        yield path
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, f"{path} {name}")

    for path in walk(COMMAND, "bluelamp"):
        assert f"\n## {path}\n" in page("commands.md")
    for name in Settings.model_fields:
        assert f"BLUELAMP_{name.upper()}" in page("settings.md")
    for spec in DATASETS.values():
        for one in (*spec.dimensions, *spec.measures):
            assert f"| `{one.name}` |" in page("datasets.md")  # type: ignore[attr-defined]
    for word in (*FINDINGS, *State, *VERDICT_WORDS):
        assert f"| `{word}` |" in page("findings.md")
    for code in exits.WORDS:
        assert f"| {code} |" in page("exit-codes.md")


def test_whatever_a_person_meets_has_its_words():
    words = [*FINDINGS.values(), *VERDICT_WORDS.values(), *exits.WORDS.values(), *(state.words for state in State)]
    for spec in DATASETS.values():
        words += [spec.words, *spec.caveats, *(one.words for one in (*spec.dimensions, *spec.measures))]  # type: ignore[attr-defined]
        words += [measure.unit for measure in spec.measures]
    words += [field.description or "" for field in Settings.model_fields.values()]
    assert all(text.strip() for text in words)


def test_the_findings_that_the_program_makes_are_those_that_have_words():
    source = "".join(
        path.read_text("utf-8")
        for folder in ("archive", "storage")
        for path in (ROOT / "src/bluelamp" / folder).rglob("*.py")
    )
    made = set(re.findall(r'note\(\s*"(\w+)"', source)) | set(re.findall(r'_find\(\s*"(\w+)"', source))
    assert len(made) >= 8
    assert made <= set(FINDINGS)


# -- what is written by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    page = ROOT / name
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_plain(name):
    text = (ROOT / name).read_text("utf-8")
    assert text.startswith(("# ", "<!--"))
    assert text.endswith("\n")
    for word in (r"(?<!\w)/work/", r"\.\./shared", r"/simple/", r"/home/\w", r"\bTODO\b", r"\bcolor\b", r"\bcenter\b"):
        assert not re.search(word, text), word


@pytest.mark.parametrize("name", NAMES)
def test_every_command_in_the_pages_is_understood(name):
    page = ROOT / name
    lines = [line.removeprefix(".venv/bin/") for _, line in shell_lines(page)]
    spans = re.findall(r"`(bluelamp [^`\n]+)`", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL))
    for line in [*lines, *spans]:
        if line.startswith("bluelamp ") and not re.search(r"…|\||DATASET|--install-completion", line):
            understood(line.replace("OLD", "2023-05").replace("NEW", "2023-06").replace("`", ""))


def test_the_readme_says_what_a_newcomer_needs():
    text = (ROOT / "README.md").read_text("utf-8")
    parts = ("make demo", "make test", "pip install", "archive sync --force city-of-london", "archive load 2024-03.zip")
    for part in (*parts, "BLUELAMP_HOME", "Apache-2.0", "Open Government Licence", "nothing is sent anywhere"):
        assert part in text
    recipes = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for page in HAND_WRITTEN:
        for _, line in shell_lines(page):
            if line.startswith("make "):
                assert line.split()[1] in recipes


def test_architecture_names_every_room():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    package = ROOT / "src" / "bluelamp"
    rooms = {path.stem for path in package.iterdir() if not path.name.startswith("_") and path.name != "py.typed"}
    for room in rooms:
        assert f"| `{room}` |" in text, room
    named = set(re.findall(r"^\| \d \| `(\w+)`", text, re.MULTILINE))
    assert named == rooms, "a room that is gone"
    for path in re.findall(r"`((?:archive|questions|storage|cli|domain|sources|docs|tests)/[\w/.]*)`", text):
        assert (package / path).exists() or (ROOT / path).exists(), path


def test_every_publisher_has_a_page():
    sources = {path.name for path in (ROOT / "src/bluelamp/sources").iterdir() if path.is_dir() and path.name[0] != "_"}
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs/sources").glob("*.md"))
    for room in sources:
        assert room in pages or room == "reference"


def test_the_changelog_is_one():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "Keep a Changelog" in text
    assert "## [Unreleased]" in text
    assert f"## [{bluelamp.__version__}]" in text
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {
        "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "How to upgrade",
    }  # fmt: skip


def test_the_glossary_explains_each_state_verdict_and_dataset():
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    for word in (*State, *VERDICT_WORDS, *DATASETS):
        assert word in text
    heads = [
        head
        for row in re.findall(r"^\| (\*\*.+?) \|", text, re.MULTILINE)
        for head in re.findall(r"\*\*(.+?)\*\*", row)
    ]
    assert len(heads) == len(set(heads)), "one word, one meaning"


def test_every_message_that_has_a_way_out_is_one_that_the_program_says():
    text = (ROOT / "docs/how-to/if-something-goes-wrong.md").read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE):
        for told in re.findall(r"`([^`]+)`", row):
            for part in told.split("…"):
                words = part.strip(" “”.,`")
                assert words in source or words == "No such command", words


# -- what can be copied -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a clone is after `make demo`, with less in it."""
    folder = tmp_path_factory.mktemp("clone")
    old = write_release(folder / "2023-05.zip", files_of(["2023-04", "2023-05"]))
    new = write_release(folder / "2023-06.zip", files_of(["2023-04", "2023-05", "2023-06"], decided=True))
    home = folder / ".demo" / "home"
    assert main(["--home", str(home), "--quiet", "archive", "load", str(old), str(new)]) == exits.DONE
    write_release(folder / "2024-03.zip", files_of(["2024-03"]))
    (folder / "export.csv").write_text(table(CRIMES, [crime(1, "2024-03", "kent")]))
    return folder


def copied(line: str, clone: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """A line of a page, run by a shell in the clone."""
    bin_folder = clone / ".venv" / "bin"
    if not bin_folder.exists():
        bin_folder.mkdir(parents=True)
        (bin_folder / "bluelamp").write_text(f'#!/bin/sh\nexec {sys.executable} -m bluelamp "$@"\n')
        (bin_folder / "bluelamp").chmod(0o755)
    environment = {"PATH": f"{bin_folder}:/usr/bin:/bin", "BLUELAMP_HOME": str(home), "HOME": str(clone)}
    return subprocess.run(["sh", "-c", line], cwd=clone, env=environment, capture_output=True, text=True, timeout=120)


def test_the_readmes_commands_run_in_order(clone):
    ran = 0
    for network, line in shell_lines(ROOT / "README.md"):
        if network or line.startswith("make "):
            continue  # `make demo` is a test of its own, and `make test` is this one
        done = copied(line, clone, clone / "nowhere")
        assert done.returncode == exits.DONE, (line, done.stderr)
        ran += 1
    assert ran >= 3


def test_the_readmes_python_runs(clone):
    (code,) = [text for info, text in blocks(ROOT / "README.md") if info == "python"]
    done = subprocess.run([sys.executable, "-c", code], cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", ["ask-a-question", "check-coverage-before-quoting", "load-a-release", "back-up-and-restore"]
)
def test_a_how_tos_commands_run_in_order(clone, tmp_path, name):
    home = tmp_path / "home"
    shutil.copytree(clone / ".demo" / "home", home)
    for network, line in shell_lines(ROOT / "docs" / "how-to" / f"{name}.md"):
        if not network:
            done = copied(line, clone, home)
            assert done.returncode == exits.DONE, (line, done.stdout, done.stderr)


def test_a_back_up_without_what_can_be_made_anew_is_enough(clone, tmp_path, capsys):
    home = tmp_path / "home"
    shutil.copytree(clone / ".demo" / "home", home)
    before = bluelamp.ask("crimes", by="month", home=home)
    shutil.rmtree(home / "warehouse")
    for folder in (home / "lake").glob("stg_police_uk__*"):
        shutil.rmtree(folder)
    assert main(["--home", str(home), "archive", "rebuild", "--yes"]) == exits.DONE
    after = bluelamp.ask("crimes", by="month", home=home)
    assert (after.rows, after.data_version) == (before.rows, before.data_version)
    assert main(["--home", str(home), "doctor"]) == exits.DONE


@pytest.mark.parametrize("name", HAND_WRITTEN_NAMES)
def test_blocks_say_what_they_are(name):
    for info, _ in blocks(ROOT / name):
        assert info.split()[:1] in [[kind] for kind in KINDS_OF_BLOCKS], info
