"""What is released: one version, a bill of materials of every pinned package, checks that see what lacks."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from scripts import release, sbom
from scripts.built import problems_of_wheel
from scripts.project import ROOT, npm_packages, pins, pyproject, version

import bluelamp


def test_the_version_is_written_once() -> None:
    assert version() == bluelamp.__version__
    assert "version" not in pyproject()["project"]
    assert "version" not in json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    assert release.problems_of_versions(f"v{version()}") == []


def test_a_tag_of_another_version_is_refused() -> None:
    assert "so it must be v" in release.problems_of_versions("v99.0.0")[0]


def test_the_bill_names_every_pinned_package_and_the_same_twice() -> None:
    bill = sbom.bill()
    named = {(one["purl"].split("/")[0], one["name"], one["version"]) for one in bill["components"]}
    python = {("pkg:pypi", canonicalize_name(name), number) for name, number, _ in pins()}
    npm = {("pkg:npm", name.rpartition("node_modules/")[2], one["version"]) for name, one in npm_packages().items()}
    assert named == python | npm
    assert sbom.bill() == bill


def test_the_bill_tells_what_is_delivered_from_what_only_builds() -> None:
    scopes = {one["name"]: one["scope"] for one in sbom.bill()["components"]}
    assert {scopes[name] for name in ("duckdb", "starlette", "maplibre-gl", "svelte", "world-atlas")} == {"required"}
    assert {scopes[name] for name in ("pytest", "moto", "ruff", "vite", "typescript")} == {"excluded"}


def test_the_bill_has_no_reference_without_an_end() -> None:
    bill = sbom.bill()
    refs = [one["bom-ref"] for one in bill["components"]] + [bill["metadata"]["component"]["bom-ref"]]
    assert len(refs) == len(set(refs))
    assert {ref for one in bill["dependencies"] for ref in one["dependsOn"]} <= set(refs)
    assert sorted(one["ref"] for one in bill["dependencies"]) == sorted(refs)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel that lacks nearly everything, and holds a test."""
    path = tmp_path / "bluelamp.whl"
    folder = f"bluelamp-{version()}.dist-info"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr(f"{folder}/METADATA", "Name: bluelamp\nVersion: 99\n\n")
        opened.writestr(f"{folder}/entry_points.txt", "")
        opened.writestr("bluelamp/tests/test_it.py", "")
    return path


@pytest.mark.parametrize(
    "words",
    [
        "The wheel lacks bluelamp/cli/app.py.",
        "The wheel lacks bluelamp/web/static/index.html.",
        "The wheel holds bluelamp/tests/test_it.py",
        "The metadata say Version: 99",
        "The wheel installs no command",
        "The wheel has no built pages.",
        "have no description",
    ],
)
def test_what_is_wrong_with_a_wheel_is_named(wheel: Path, words: str) -> None:
    assert any(words in problem for problem in problems_of_wheel(wheel))


def test_the_locks_name_no_host() -> None:
    for name in ("requirements.txt", "audit-requirements.txt", "frontend/package-lock.json"):
        assert not re.search(r"https?://", (ROOT / name).read_text(encoding="utf-8"))
