"""The audit: it never passes without having looked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scripts import audit
from scripts.project import ROOT, npm_packages, pins

_ISSUE = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}
_PYTHON_CONTROL = {"dependencies": [{"name": "jinja2", "version": "2.10", "vulns": [_ISSUE]}]}
_NPM_CONTROL = {"vulnerabilities": {"minimist": {"range": "<1.2.6", "via": [{"url": "GHSA-xvch-5gv4-984h"}]}}}


def _answers(*texts: object) -> Callable[[list[str], Path], str]:
    """A tool that prints these, one after the other."""
    left = [text if isinstance(text, str) else json.dumps(text) for text in texts]

    def run(words: list[str], folder: Path) -> str:
        return left.pop(0)

    return run


def test_python_says_what_is_known_once_the_control_is_found() -> None:
    known = {
        "dependencies": [{"name": "a", "version": "1", "vulns": [_ISSUE]}, {"name": "b", "version": "2", "vulns": []}]
    }
    found = audit.python(runner=_answers(_PYTHON_CONTROL, known))
    assert found == [audit.Advisory("a 1", "PYSEC-2019-217", "2.10.1")]


@pytest.mark.parametrize(
    "control",
    [
        # So pip-audit says it where its service does not know the package: with exit code 0.
        {"dependencies": [{"name": "jinja2", "skip_reason": "Dependency not found"}], "fixes": []},
        {"dependencies": [{"name": "jinja2", "version": "2.10", "vulns": []}]},
        "",
    ],
)
def test_python_has_not_looked_where_the_control_is_not_found(control: object) -> None:
    with pytest.raises(audit.CouldNotLookError):
        audit.python(runner=_answers(control, {"dependencies": []}))


def test_python_has_not_looked_where_a_package_was_passed_over() -> None:
    skipped = {"dependencies": [{"name": "a", "skip_reason": "Dependency not found"}]}
    with pytest.raises(audit.CouldNotLookError, match="1 packages, as a"):
        audit.python(runner=_answers(_PYTHON_CONTROL, skipped))


def test_front_end_says_what_is_known_once_the_control_is_found() -> None:
    assert audit.front_end(runner=_answers(_NPM_CONTROL, {"vulnerabilities": {}})) == []
    assert len(audit.front_end(runner=_answers(_NPM_CONTROL, _NPM_CONTROL))) == 1


@pytest.mark.parametrize("control", [{"message": "405 Method Not Allowed"}, {"vulnerabilities": {}}, "no JSON", []])
def test_front_end_has_not_looked_where_the_control_is_not_found(control: object) -> None:
    with pytest.raises(audit.CouldNotLookError):
        audit.front_end(runner=_answers(control, {"vulnerabilities": {}}))


def test_a_tool_that_is_not_there_is_a_reason() -> None:
    with pytest.raises(audit.CouldNotLookError, match="cannot be run"):
        audit.run(["/no/such/tool"], ROOT)


def _unable(reason: str) -> Callable[[], list[audit.Advisory]]:
    def look() -> list[audit.Advisory]:
        raise audit.CouldNotLookError(reason)

    return look


@pytest.mark.parametrize(
    ("python", "code"), [([], audit.COULD_NOT_LOOK), ([audit.Advisory("a 1", "X", "")], audit.KNOWN)]
)
def test_main_never_passes_where_a_side_could_not_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], python: list[audit.Advisory], code: int
) -> None:
    monkeypatch.setattr(audit, "python", lambda: python)
    monkeypatch.setattr(audit, "front_end", _unable("the service is away"))
    assert audit.main() == code
    assert "Front end: could not look for known advisories: the service is away." in capsys.readouterr().out


def test_both_locks_have_something_to_look_at() -> None:
    assert len(pins()) > 100
    assert len(npm_packages()) > 100
    assert [name for name, _, _ in pins(name="audit-requirements.txt") if name == "pip-audit"]
