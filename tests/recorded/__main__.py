"""The command: `python -m tests.recorded record FOLDER`, `python -m tests.recorded compare FOLDER`."""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.recorded import answers, commands, homes, pages
from tests.recorded.masks import masked
from tests.recorded.server import served

_ROOT = Path(__file__).parents[2]
_AT_ONCE = 2  # homes
_MOST_LINES = 60  # of one file's difference; all with --full
Plan = dict[str, dict[str, list[str]]]


def main() -> int:
    options = _options()
    if options.do == "record":
        return _record(options)
    return _compare(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.recorded", description=sys.modules["tests.recorded"].__doc__)
    parser.add_argument("do", choices=("record", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-pages", action="store_true", help="without the browser")
    parser.add_argument("--only", choices=("api", "pages", "commands"), help="nothing but these")
    parser.add_argument("--home", action="append", choices=homes.NAMES, help="on these homes only")
    parser.add_argument("--remake", action="store_true", help="compare: make the homes with the code at hand too")
    parser.add_argument("--full", action="store_true", help="compare: print whole differences")
    parser.add_argument(
        "--without", action="append", default=[], metavar="PATTERN", help="compare: leave lines out that it is found in"
    )
    parser.add_argument("--keep", type=Path, help="compare: leave the new answers in this folder")
    options = parser.parse_args()
    options.folder = options.folder.resolve()
    return options


def _record(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "homes").exists():
        homes.make(folder / "homes")
        print(f"made the homes in {time.monotonic() - begun:.0f} s", flush=True)
    plan: Plan = {}
    # Beside what is there, and in its place once it is whole: somebody may be comparing meanwhile.
    new = folder / "answers.new"
    shutil.rmtree(new, ignore_errors=True)
    count = _all(options, folder / "homes", plan, new)
    shutil.rmtree(folder / "answers", ignore_errors=True)
    new.rename(folder / "answers")
    (folder / "plan.json").write_text(json.dumps(plan, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"recorded {count} answers in {folder} in {time.monotonic() - begun:.0f} s")
    return 0


def _compare(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    folder: Path = options.folder
    if not (folder / "plan.json").is_file():
        raise SystemExit(f"Nothing is recorded in {folder}: python -m tests.recorded record {folder}")
    plan: Plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="bluelamp-compared-") as place:
        made = folder / "homes"
        if options.remake:
            made = Path(place) / "homes"
            homes.make(made)
        new = options.keep.resolve() if options.keep else Path(place) / "answers"
        shutil.rmtree(new, ignore_errors=True)
        count = _all(options, made, plan, new)
        different = differences(folder / "answers", new, whole=options.full, without=options.without)
    print(f"compared {count} answers in {time.monotonic() - begun:.0f} s: {different} differ")
    return 1 if different else 0


def _all(options: argparse.Namespace, made: Path, plan: Plan, target: Path) -> int:
    """Write every answer under `target`, by the plan, which is chosen where it says nothing; how many they are."""
    count = _write(target / "reference", _reference(), {})

    def one(name: str) -> int:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="bluelamp-home-") as place:
            number = _home(options, made / name, Path(place), plan.setdefault(name, {}), target / name)
        print(f"{name}: {number} answers in {time.monotonic() - begun:.0f} s", flush=True)
        return number

    with ThreadPoolExecutor(_AT_ONCE) as crew:
        return count + sum(crew.map(one, options.home or homes.NAMES))


def _home(options: argparse.Namespace, made: Path, place: Path, plan: dict[str, list[str]], target: Path) -> int:
    wanted = {options.only} if options.only else {"api", "pages", "commands"}
    wanted -= {"pages"} if options.no_pages else set()
    folders = {str(made): "INPUT", f"{homes.place(made.parent)}/{made.name}": "INPUT", str(_ROOT): "ROOT"}
    count = 0
    if wanted & {"api", "pages"}:
        home = _copied(made, place / "a", folders)
        with served(home) as address:
            # Pages first: webhooks are made and removed by the requests.
            if "pages" in wanted:
                paths = plan.setdefault("pages", pages.choose(address) if "pages" not in plan else [])
                count += _write(target / "pages", pages.texts(address, paths), folders)
            if "api" in wanted:
                requests = plan.setdefault(
                    "api", answers.choose(address, whole=made.name == homes.DEMO) if "api" not in plan else []
                )
                key = made / "key.txt"
                token = key.read_text(encoding="utf-8") if key.exists() else ""
                count += _write(target / "api", answers.answers(address, requests, token), folders)
    if "commands" in wanted:
        home = _copied(made, place / "b", folders)
        lines = plan.setdefault("commands", commands.choose(made.name) if "commands" not in plan else [])
        count += _write(target / "commands", commands.run(home, lines), folders)
    return count


def _copied(made: Path, place: Path, folders: dict[str, str]) -> Path:
    homes.copy(made, place)
    folders[str(place)] = "INPUT"
    return place / "home"


def _reference() -> Iterator[tuple[str, str]]:
    """The reference that is written from the code."""
    for path in sorted((_ROOT / "docs" / "reference").glob("*.md")):
        yield path.stem, path.read_text(encoding="utf-8")


def _write(target: Path, told: Iterable[tuple[str, str]], folders: dict[str, str]) -> int:
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, text in told:
        (target / _file_name(name)).write_text(f"{masked(name, folders)}\n{masked(text, folders)}\n", encoding="utf-8")
        count += 1
    return count


def _file_name(name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9_.=-]+", "-", name.replace("/api/v1", "")).strip("-")[:90]
    return f"{words or 'none'}.{hashlib.sha256(name.encode()).hexdigest()[:8]}.txt"


def differences(old: Path, new: Path, *, whole: bool, without: Sequence[str] = ()) -> int:
    """Print what differs of the answers in `new`; how many do. `without`: patterns of lines that may differ."""
    different = 0
    for path in sorted(new.rglob("*.txt")):
        name = path.relative_to(new)
        before = _lines(old / name, without) if (old / name).exists() else ["(was not recorded)"]
        lines = list(_diff(before, _lines(path, without), str(name)))
        different += bool(lines)
        print("\n".join(lines if whole else lines[:_MOST_LINES]), end="\n" if lines else "")
        if len(lines) > _MOST_LINES and not whole:
            print(f"… {len(lines) - _MOST_LINES} more lines: --full shows them")
    return different


def _lines(path: Path, without: Sequence[str]) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    if not without:
        return lines
    # Of JSON: what stood before a line that is left out may or may not end with a comma.
    return [line.removesuffix(",") for line in lines if not any(re.search(pattern, line) for pattern in without)]


def _diff(before: list[str], after: list[str], name: str) -> Iterator[Any]:
    return difflib.unified_diff(before, after, f"before/{name}", f"after/{name}", lineterm="", n=2)


if __name__ == "__main__":
    sys.exit(main())
