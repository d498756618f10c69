"""The hosted workflows, checked without their host: they parse, ask for little, and run nothing that is not there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripts.project import ROOT, python_versions

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RECIPES = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
# What the hosts of workflows have, beside what `make setup` brings.
_HOSTS = {"gh"}


def _read(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text("utf-8")).items()}


def _steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in _read(path)["jobs"].values():
        yield from job["steps"]


def _commands(path: Path) -> Iterator[list[str]]:
    for step in _steps(path):
        for line in step.get("run", "").splitlines():
            yield shlex.split(line)


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_are_workflows_for_changes_tags_and_advisories() -> None:
    assert {path.stem for path in WORKFLOWS} == {"ci", "release", "audit"}
    assert set(_read(WORKFLOWS[1])["on"]) == {"push", "pull_request"}
    assert _read(WORKFLOWS[2])["on"] == {"push": {"tags": ["v*"]}}


def test_every_command_of_a_workflow_is_there(workflow: Path) -> None:
    assert _missing(_commands(workflow)) == []


def _missing(commands: Iterator[list[str]]) -> list[str]:
    return [problem for words in commands if (problem := _problem(words))]


def _problem(words: list[str]) -> str | None:
    """What of a command is not in the repository."""
    program, *arguments = words
    if program == "make":
        unknown = {word for word in arguments if "=" not in word} - RECIPES
        return f"make {sorted(unknown)}: no such recipe" if unknown else None
    if program == ".venv/bin/python":
        return _problem_of_python(arguments)
    return None if program in _HOSTS else f"{program}: neither a recipe nor a script of the repository"


def _problem_of_python(arguments: list[str]) -> str | None:
    if arguments[0] == "-m" and arguments[1] == "pytest":
        lacking = [word for word in arguments[2:] if word.startswith("tests") and not (ROOT / word).exists()]
        return f"pytest: no {lacking}" if lacking else None
    name = arguments[1].replace(".", "/") if arguments[0] == "-m" else arguments[0]
    there = [ROOT / name, ROOT / f"{name}.py", ROOT / name / "__main__.py"]
    return None if any(path.is_file() for path in there) else f"{name}: no such script"


def test_a_command_that_is_not_there_is_seen() -> None:
    lines = ["make nonsense", ".venv/bin/python -m scripts.nonsense", "curl x", ".venv/bin/python -m pytest tests/none"]
    assert len(_missing(iter(line.split() for line in lines))) == len(lines)


def test_a_workflow_may_only_read_unless_a_job_says_otherwise(workflow: Path) -> None:
    described = _read(workflow)
    assert described["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in described["jobs"].items() if "permissions" in job}
    assert more == ({"draft": {"contents": "write"}} if workflow.stem == "release" else {})
    assert "pull_request_target" not in described["on"]


def test_what_may_write_runs_nothing_of_the_repository() -> None:
    steps = _read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]["draft"]["steps"]
    assert [step.get("uses", step.get("run", "")).split("@")[0].split()[0] for step in steps] == [
        "actions/download-artifact", "gh",
    ]  # fmt: skip


def test_actions_are_the_hosts_own_and_pinned_by_their_major_version(workflow: Path) -> None:
    for step in _steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_nothing_that_others_write_becomes_a_command(workflow: Path) -> None:
    for step in _steps(workflow):
        assert "${{" not in step.get("run", "")


def test_every_job_ends(workflow: Path) -> None:
    assert all(job["timeout-minutes"] <= 60 for job in _read(workflow)["jobs"].values())


def test_the_tests_run_on_every_python_that_is_promised() -> None:
    jobs = _read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]
    assert jobs["tests"]["strategy"]["matrix"]["python"] == python_versions()


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / ".github").rglob("*.yml"), ROOT / ".pre-commit-config.yaml"]),
    ids=lambda path: path.name,
)
def test_files_for_the_host_are_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_what_is_looked_at_before_a_commit_is_there() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    for hook in hooks:
        assert hook["language"] == "system"
        assert _problem_of_hook(hook["entry"]) is None


def _problem_of_hook(entry: str) -> str | None:
    if script := re.search(r"npm --prefix frontend run --silent ([a-z]+)", entry):
        scripts = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))["scripts"]
        return None if script[1] in scripts else f"npm run {script[1]}: no such script"
    program, *arguments = entry.split()
    if not (ROOT / program).exists():
        return f"`make setup` brings no {program}"
    return _problem_of_python(arguments) if program == ".venv/bin/python" else None


@pytest.mark.parametrize(
    "entry",
    [".venv/bin/nonsense", ".venv/bin/python nonsense.py", "bash -c 'npm --prefix frontend run --silent nonsense'"],
)
def test_a_hook_that_is_not_there_is_seen(entry: str) -> None:
    assert _problem_of_hook(entry)


def test_packages_are_proposed_for_every_lock() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert {(one["package-ecosystem"], one["directory"]) for one in updates} == {
        ("pip", "/"), ("npm", "/frontend"), ("github-actions", "/"),
    }  # fmt: skip
