"""Known advisories about the pinned packages, Python and front end.

Usage: python -m scripts.audit

Each side first looks at a control: a package with an advisory that has long been known. Where that one is not found,
the side has not looked, whatever its tool says, and this says so. Exit codes: 0 nothing is known, 1 something is, 3 at
least one side could not look.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.project import ROOT

PIP_AUDIT = ROOT / ".audit" / "bin" / "pip-audit"
CLEAN, KNOWN, COULD_NOT_LOOK = 0, 1, 3
_SECONDS = 300
# Old enough that every service knows what is wrong with them.
_PYTHON_CONTROL = "jinja2==2.10"
_NPM_CONTROL = ("minimist", "0.0.8")

Run = Callable[[list[str], Path], str]


class CouldNotLookError(Exception):
    """The reason, as a part of a sentence."""


@dataclass(frozen=True)
class Advisory:
    """One advisory about a pinned package; `fixed` are the versions that it is fixed in, where they are known."""

    package: str
    name: str
    fixed: str


def run(words: list[str], folder: Path) -> str:
    """What a tool prints. Raises CouldNotLookError where it cannot be run or does not end."""
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=_SECONDS)
    except OSError as error:
        raise CouldNotLookError(f"{words[0]} cannot be run ({error.strerror})") from error
    except subprocess.TimeoutExpired as error:
        raise CouldNotLookError(f"{Path(words[0]).name} did not end within {_SECONDS} seconds") from error
    return done.stdout


def python(root: Path = ROOT, runner: Run = run) -> list[Advisory]:
    """Advisories about requirements.txt. Raises CouldNotLookError."""
    tool = [str(PIP_AUDIT), "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    with tempfile.TemporaryDirectory() as place:
        control = Path(place) / "control.txt"
        control.write_text(_PYTHON_CONTROL + "\n", encoding="utf-8")
        found = runner([*tool, "--no-deps", "--requirement", str(control)], Path(place))
    advisories, _ = _of_pip_audit(found)
    if not advisories:
        raise CouldNotLookError(f"it does not find what has long been known about {_PYTHON_CONTROL}")
    advisories, skipped = _of_pip_audit(
        runner([*tool, "--require-hashes", "--requirement", str(root / "requirements.txt")], root)
    )
    if skipped:
        raise CouldNotLookError(f"nothing is said about {len(skipped)} packages, as {skipped[0]}")
    return advisories


def _of_pip_audit(text: str) -> tuple[list[Advisory], list[str]]:
    """The advisories and the packages that were not looked at."""
    dependencies = _parsed(text, "pip-audit").get("dependencies", [])
    found = [
        Advisory(f"{one['name']} {one['version']}", issue["id"], ", ".join(issue.get("fix_versions", ())))
        for one in dependencies
        for issue in one.get("vulns", ())
    ]
    return found, [one["name"] for one in dependencies if "skip_reason" in one]


def front_end(root: Path = ROOT, runner: Run = run) -> list[Advisory]:
    """Advisories about frontend/package-lock.json. Raises CouldNotLookError."""
    words = ["npm", "audit", "--package-lock-only", "--json"]
    name, number = _NPM_CONTROL
    with tempfile.TemporaryDirectory() as place:
        _write_control(Path(place), name, number)
        if not _of_npm(runner(words, Path(place))):
            raise CouldNotLookError(f"it does not find what has long been known about {name} {number}")
    return _of_npm(runner(words, root / "frontend"))


def _write_control(folder: Path, name: str, number: str) -> None:
    """A project that needs one package."""
    project = {"name": "control", "version": "1.0.0", "private": True, "dependencies": {name: number}}
    packages = {"": project, f"node_modules/{name}": {"version": number}}
    lock = {"name": "control", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages}
    (folder / "package.json").write_text(json.dumps(project), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def _of_npm(text: str) -> list[Advisory]:
    told = _parsed(text, "npm audit")
    if "vulnerabilities" not in told:
        raise CouldNotLookError(
            str(told.get("message") or told.get("error") or "npm audit says nothing").split(" http")[0]
        )
    return [
        Advisory(f"{name} {one.get('range', '')}".strip(), str(issue.get("url") or issue.get("title")), "")
        for name, one in told["vulnerabilities"].items()
        for issue in one["via"]
        if isinstance(issue, dict)
    ]


def _parsed(text: str, tool: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise CouldNotLookError(f"{tool} gave no answer") from error
    return told if isinstance(told, dict) else {}


def main() -> int:
    code = CLEAN
    for side, look in (("Python", python), ("Front end", front_end)):
        try:
            advisories = look()
        except CouldNotLookError as reason:
            print(f"{side}: could not look for known advisories: {reason}.")
            code = COULD_NOT_LOOK if code == CLEAN else code
            continue
        print(f"{side}: the control was found; {len(advisories)} advisories about the pinned packages.")
        for one in advisories:
            print(f"  {one.package}: {one.name}{f', fixed in {one.fixed}' if one.fixed else ''}")
        code = KNOWN if advisories else code
    return code


if __name__ == "__main__":
    sys.exit(main())
