"""The changelog's fragments: what is in order, and what a release makes of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from scripts import changelog

_CHANGELOG = """# Changelog

Its words.

## [Unreleased]

### Added

- Something from before.

### How to upgrade

Nothing to do.

## [0.2.0] - 2026-05-01

### Fixed

- An old fault.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text(_CHANGELOG, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.hatch.version]\npath = "version.py"\n', encoding="utf-8")
    (tmp_path / "version.py").write_text('__version__ = "0.3.0"\n', encoding="utf-8")
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "README.md").write_text("How to.", encoding="utf-8")
    return tmp_path


def _add(root: Path, name: str, text: str) -> None:
    (root / "changes" / name).write_text(text, encoding="utf-8")


def test_fragments_of_the_repository_are_in_order() -> None:
    assert changelog.problems() == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("new-page.new.md", "A page.", "KIND is one of"),
        ("New Page.added.md", "A page.", "words-with-dashes"),
        ("new-page.added.md", " \n", "is empty"),
        ("new-page.added.md", "- A page.", "dash is set"),
        ("new-page.added.md", "A page", "full stop"),
    ],
)
def test_problems_names_a_fragment_that_is_not_in_order(root: Path, name: str, text: str, words: str) -> None:
    _add(root, name, text)
    (problem,) = changelog.problems(root)
    assert problem.startswith(name)
    assert words in problem


def test_released_puts_fragments_before_what_stands_there_already(root: Path) -> None:
    _add(root, "b-page.added.md", "A page\nof two lines.")
    _add(root, "a-fault.fixed.md", "A fault of " + "very " * 30 + "long words.")
    text = changelog.released(date(2026, 12, 1), root)
    assert text.startswith("# Changelog\n\nIts words.\n\n## [Unreleased]\n\n## [0.3.0] - 2026-12-01\n\n### Added\n\n")
    assert "- A page of two lines.\n- Something from before.\n\n### Fixed\n\n- A fault of very" in text
    assert text.index("### Fixed") < text.index("### How to upgrade\n\nNothing to do.") < text.index("## [0.2.0]")
    assert text.endswith("## [0.2.0] - 2026-05-01\n\n### Fixed\n\n- An old fault.\n")
    assert max(map(len, text.splitlines())) <= changelog.WIDTH


def test_released_again_with_nothing_new_keeps_what_was_released(root: Path) -> None:
    first = changelog.released(date(2026, 12, 1), root)
    (root / "CHANGELOG.md").write_text(first, encoding="utf-8")
    (root / "version.py").write_text('__version__ = "0.4.0"\n', encoding="utf-8")
    assert "## [0.3.0] - 2026-12-01\n\n### Added" in changelog.released(date(2027, 1, 1), root)
