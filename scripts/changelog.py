"""The changelog's fragments: each change brings a file in `changes/`, a release puts them into CHANGELOG.md.

Usage:
    python -m scripts.changelog check             says which fragments are not in order; exit 1 where there are any
    python -m scripts.changelog preview           prints what the next release would say
    python -m scripts.changelog release DATE      writes it into CHANGELOG.md, and removes the fragments

A fragment is `changes/WORDS.KIND.md`, with one item of the list as its text, without the dash.
"""

from __future__ import annotations

import re
import sys
import textwrap
from datetime import date
from pathlib import Path

from scripts.project import ROOT, version

KINDS = ("added", "changed", "deprecated", "removed", "fixed", "security")
WIDTH = 140
_UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>.+))?$", re.MULTILINE)
_KIND = re.compile(r"^### (?P<kind>.+)$", re.MULTILINE)
_NAME = re.compile(rf"[a-z0-9]+(-[a-z0-9]+)*\.({'|'.join(KINDS)})\.md")


def fragments(root: Path = ROOT) -> list[Path]:
    """The files of changes that are not released yet, in the order of their names."""
    return sorted(path for path in (root / "changes").glob("*") if path.name != "README.md")


def problems(root: Path = ROOT) -> list[str]:
    """What is not in order, a sentence for each fragment."""
    found = []
    for path in fragments(root):
        text = path.read_text(encoding="utf-8").strip()
        if not _NAME.fullmatch(path.name):
            found.append(f"{path.name}: name it words-with-dashes.KIND.md, where KIND is one of {', '.join(KINDS)}.")
        elif not text:
            found.append(f"{path.name} is empty.")
        elif text.startswith(("-", "*", "#")):
            found.append(
                f"{path.name} begins with “{text[0]}”: it is one item of a list, whose dash is set by the release."
            )
        elif not text.endswith((".", ".)", "`")):
            found.append(f"{path.name} is no whole sentence: it ends without a full stop.")
    return found


def pending(root: Path = ROOT) -> dict[str, str]:
    """What the next release says: by kind, the items of fragments and of the sections without a date."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for path in fragments(root):
        found.setdefault(path.name.split(".")[1].capitalize(), []).append(_item(path.read_text(encoding="utf-8")))
    for name, when, body in _sections(text):
        if not _is_released(name, when):
            for kind, items in _by_kind(body):
                found.setdefault(kind, []).append(items)
    order = [kind.capitalize() for kind in KINDS]
    kinds = sorted(found, key=lambda kind: order.index(kind) if kind in order else len(order))
    return {kind: "\n".join(found[kind]) for kind in kinds}


def notes(root: Path = ROOT) -> str:
    """The section of the next release, without its heading."""
    return "\n\n".join(f"### {kind}\n\n{items}" for kind, items in pending(root).items())


def released(day: date, root: Path = ROOT) -> str:
    """CHANGELOG.md once the version at hand is released."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    head = text[: next(_HEADING.finditer(text)).start()]
    parts = [f"## [{_UNRELEASED}]", f"## [{version(root)}] - {day}", notes(root)]
    parts += [
        f"## [{name}] - {when}\n\n{body}" for name, when, body in _sections(text) if _is_released(name, when)
    ]  # fmt: skip
    return head + "\n\n".join(part for part in parts if part) + "\n"


def _is_released(name: str, when: str) -> bool:
    return name != _UNRELEASED and when != _UNRELEASED.lower()


def _sections(text: str) -> list[tuple[str, str, str]]:
    """(name, date, body) of each section."""
    return [(heading["name"], heading["date"] or "", body) for heading, body in _parts(_HEADING, text)]


def _by_kind(body: str) -> list[tuple[str, str]]:
    return [(heading["kind"], items) for heading, items in _parts(_KIND, body)]


def _parts(pattern: re.Pattern[str], text: str) -> list[tuple[re.Match[str], str]]:
    """Each heading with what stands under it."""
    headings = list(pattern.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return [(heading, text[heading.end() : end].strip()) for heading, end in zip(headings, ends, strict=False)]


def _item(text: str) -> str:
    words = " ".join(text.split())
    return textwrap.fill(
        words, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def main(words: list[str]) -> int:
    wrong = problems()
    if wrong or words == ["check"]:
        print("\n".join(wrong) or f"{len(fragments())} fragments, all in order.")
        return 1 if wrong else 0
    if words == ["preview"]:
        print(f"## [{version()}]\n\n{notes()}")
        return 0
    if len(words) == 2 and words[0] == "release":
        text = released(date.fromisoformat(words[1]))
        (ROOT / "CHANGELOG.md").write_text(text, encoding="utf-8")
        for path in fragments():
            path.unlink()
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
