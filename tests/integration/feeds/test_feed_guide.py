"""The guide for adding a feed is followed to the letter: its list is served, its file written, its commands run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bluelamp.cli import main

GUIDE = (Path(__file__).parents[3] / "docs" / "how-to" / "add-a-feed.md").read_text("utf-8")


def block(kind: str, beginning: str) -> str:
    blocks = re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    (found,) = [text for text in blocks if text.startswith(beginning)]
    return found


def test_a_newcomer_gets_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "calls.json").write_text(block("json", '{"calls"'), encoding="utf-8")
    toml = block("toml", 'title = "My Town Police"')
    serving = block("text", "python3 -m http.server").split()[1:]
    assert serving[2] == "8765"
    serving[2] = "0"  # any free port, so that tests can run side by side
    with subprocess.Popen(
        [sys.executable, "-u", *serving], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            (port,) = re.findall(r"port (\d+)", server.stdout.readline())
            path = tmp_path / "my-town.toml"
            path.write_text(toml.replace(":8765/", f":{port}/"), encoding="utf-8")
            home = ["--home", str(tmp_path / "home")]

            assert main([*home, "feeds", "check", str(path)]) == 1, "this machine's own address has to be allowed"
            assert "not a public one" in capsys.readouterr().err
            variable, _, value = block("text", "export").splitlines()[0].removeprefix("export ").partition("=")
            monkeypatch.setenv(variable, value)
            capsys.readouterr()

            assert main([*home, "feeds", "check", str(path)]) == 0
            shown = capsys.readouterr().out
            for line in block("text", "My Town Police").splitlines():
                assert line in shown.splitlines()

            assert main([*home, "feeds", "add", str(path)]) == 0
            assert main([*home, "feeds", "check", "my-town"]) == 0
        finally:
            server.terminate()


def test_every_word_of_a_file_has_its_words() -> None:
    from bluelamp.sources.feeds import agency_file as w

    tables = (w.AgencyFile, w.RowsTable, w.TimeTable, w.PointTable, w.PagingTable, w.GuardTable, w.PrivacyTable)  # type: ignore[attr-defined]
    words = {name for table in (*tables, w.FieldTable) for name in table.model_fields} | set(w.MAPPED)  # type: ignore[attr-defined]
    missing = [
        word
        for word in sorted(words)
        if f"`{word}" not in GUIDE and f"[{word}]" not in GUIDE and f"{word} =" not in GUIDE
    ]
    assert not missing
