"""The tool that records what users meet: what it masks, and that it finds a change of one word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recorded.__main__ import differences
from tests.recorded.masks import masked


def test_masked_replaces_ports_secrets_and_folders_alone() -> None:
    text = 'http://127.0.0.1:40123/x {"id": "hook_0123456789abcdef"} /tmp/ab/home/lake 1,234 crimes in 2023-05'
    assert masked(text, {"/tmp/ab": "INPUT", "/tmp/ab/home": "HOME"}) == (
        'http://127.0.0.1:PORT/x {"id": "hook_RANDOM"} HOME/lake 1,234 crimes in 2023-05'
    )


@pytest.mark.parametrize(
    ("before", "after", "number"), [("one word\n", "one word\n", 0), ("one word\n", "a word\n", 1)]
)
def test_differences_counts_files_that_changed_by_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, number: int
) -> None:
    for folder, text in (("old", before), ("new", after)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "an-answer.txt").write_text(text, encoding="utf-8")
    assert differences(tmp_path / "old", tmp_path / "new", whole=False) == number
    assert ("-one word" in capsys.readouterr().out) == bool(number)


def test_differences_counts_an_answer_that_was_not_recorded(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "an-answer.txt").write_text("", encoding="utf-8")
    assert differences(tmp_path / "old", tmp_path / "new", whole=False) == 1


def test_differences_passes_over_lines_that_may_differ(tmp_path: Path) -> None:
    for folder, text in (("old", '"held": 1\n'), ("new", '"held": 1,\n"units": 2\n')):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "an-answer.txt").write_text(text, encoding="utf-8")
    assert differences(tmp_path / "old", tmp_path / "new", whole=False, without=['"units":']) == 0
    assert differences(tmp_path / "old", tmp_path / "new", whole=False) == 1
