"""A release: builds it, checks what was built, and names what would be published. Publishes nothing.

Usage: python -m scripts.release

Where RELEASE_TAG is set, it must be `v` and the version: it is what the release is tagged with.
Writes dist/: the wheel, the source archive, the bill of materials, the notes of the release and the hashes of all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts import changelog, sbom
from scripts.built import problems_of_sdist, problems_of_wheel
from scripts.project import ROOT, version

DIST = ROOT / "dist"


def build(folder: Path) -> tuple[Path, Path]:
    """(wheel, source archive), built into an empty folder by the environment's own packages: nothing is fetched."""
    shutil.rmtree(folder, ignore_errors=True)
    for target in ("sdist", "wheel"):
        words = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"The {target} cannot be built:\n{done.stdout}{done.stderr}")
    (wheel,), (archive,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, archive


def problems_of_versions(tag: str | None) -> list[str]:
    """The version is written once; a tag must be `v` and this version."""
    said = version()
    found = [] if tag in (None, f"v{said}") else [f"The tag is {tag}; the version is {said}, so it must be v{said}."]
    command = subprocess.run([sys.executable, "-m", "bluelamp", "--version"], cwd=ROOT, capture_output=True, text=True)
    if said not in command.stdout.split():
        found.append(f"`bluelamp --version` prints {command.stdout.strip()!r}; the version is {said}.")
    heads = {
        name: (ROOT / "frontend" / name).read_text(encoding="utf-8").partition('"packages"')[0]
        for name in ("package.json", "package-lock.json")
    }
    found += [f"frontend/{name} has a version: take it out." for name, head in heads.items() if '"version"' in head]
    return found


def problems_when_installed(wheel: Path) -> list[str]:
    """What goes wrong where the wheel alone is installed, on the packages that are here."""
    with tempfile.TemporaryDirectory(prefix="bluelamp-release-") as place:
        words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", place]
        installed = subprocess.run(
            [*words, "--disable-pip-version-check", str(wheel)], capture_output=True, text=True, cwd=place
        )
        if installed.returncode:
            return [f"The wheel cannot be installed: {installed.stderr.strip()}"]
        command = f"""import sys
sys.path.insert(0, {place!r})
import bluelamp
from bluelamp.cli import main
print(bluelamp.__file__)
sys.exit(main(["--version"]))"""
        run = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, cwd=place)
        if run.returncode or place not in run.stdout or version() not in run.stdout:
            return [f"The installed wheel does not run: {run.stdout.strip()} {run.stderr.strip()}"]
    return []


def hashes(folder: Path) -> str:
    """One line for each file, as sha256sum reads them."""
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def main() -> int:
    wheel, archive = build(DIST)
    sbom.write(DIST / f"bluelamp-{version()}.cdx.json")
    (DIST / "NOTES.md").write_text(changelog.notes() + "\n", encoding="utf-8")
    (DIST / "SHA256SUMS").write_text(hashes(DIST), encoding="utf-8")
    problems = [*changelog.problems(), *problems_of_versions(os.environ.get("RELEASE_TAG"))]
    problems += [*problems_of_wheel(wheel), *problems_of_sdist(archive), *problems_when_installed(wheel)]
    for problem in problems:
        print(f"- {problem}", file=sys.stderr)
    if problems:
        return 1
    print(f"Version {version()}, to be tagged v{version()}. These files would be published:")
    for line in (DIST / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        print(f"  {name}  {(DIST / name).stat().st_size:,} bytes  sha256 {digest}")
    print("Nothing was published.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
