"""Measures the archive flow: `python -m benchmarks` at the scale of 36 months, `--full` at that of 180 as well.

Everything is made by the program itself, under .bench: the twin, the homes, the unpacked files. Times of these
machines vary; what is stated are ratios against the floor of the same run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import zipfile
from pathlib import Path

from benchmarks.measure import Measured, run
from bluelamp.domain.month import Month
from bluelamp.sources.police_uk.archive import open_source
from bluelamp.storage.vault.vault import Vault
from bluelamp.synthetic.archive import ALL, TwinPlan, write_reference, write_release

BENCH = Path(".bench")
BLUELAMP = [sys.executable, "-m", "bluelamp"]
# Planted rows that do not fit: real releases hold none, and each costs its file a second reading.
CLEAN = ALL - {"bad_rows"}


def make_twin(months: int, crimes: int, name: str) -> Path:
    """A release of the twin, made once."""
    folder = BENCH / name
    path = folder / "2023-05.zip"
    if not (folder / "made").exists():
        folder.mkdir(parents=True, exist_ok=True)
        plan = TwinPlan(release=Month.parse("2023-05"), months=months, crimes=crimes, pathologies=CLEAN)
        truth = write_release(plan, path, truth=folder / "truth.json")
        write_reference(plan, folder / "reference")
        (folder / "made").write_text(json.dumps({name: truth.rows(name) for name in ("crimes", "outcomes", "stops")}))
    return path


def make_next(path: Path) -> Path:
    """The next release: the same files to the byte but one, in which one row says something else."""
    target = path.with_name("2023-06.zip")
    if target.exists():
        return target
    chosen = "2023-05/2023-05-kent-street.csv"
    with zipfile.ZipFile(path) as archive:
        lines = archive.read(chosen).split(b"\n")
    lines[1] = lines[1].replace(b"Under investigation", b"Local resolution") + b"x"
    changed = b"\n".join(lines)
    vault = Vault(str(path.parent / "packs"), path.parent)
    writer = vault.begin_pack()
    with open_source(str(path)) as source:
        for member, raw in source.read_raw([one for one in source.members() if not one.problem]):
            if member.name == chosen:
                import zlib

                writer.add(member.name, 0, zlib.crc32(changed), len(changed), changed)
            else:
                writer.add(member.name, member.method, member.crc32, member.size, raw)
    kept = vault.keep(writer, "next")
    vault.local_path(kept.key).replace(target)
    return target


def floor(path: Path, library: str) -> float:
    return float(run([sys.executable, "-m", "benchmarks.floors", str(path), library]).output.split()[0])


def load(home: Path, path: Path) -> Measured:
    return run([*BLUELAMP, "--home", str(home), "--quiet", "archive", "load", str(path), "--json"])


def tell(what: str, measured: Measured, against: float, rows: int) -> None:
    share = f"{measured.wall / against:6.1f} ×" if against else ""
    each = f"{measured.wall / rows * 1e6:6.2f}" if rows else "      "
    print(
        f"| {what:58} | {measured.wall:8.2f} | {measured.cpu:8.2f} | {share:8} | {each} | {measured.pss:8,.0f} |",
        flush=True,
    )


def flow(months: int, crimes: int, name: str) -> None:
    """Load, load again, load the next release; all beside the floor of the same run."""
    path = make_twin(months, crimes, name)
    home = BENCH / name / "home"
    shutil.rmtree(home, ignore_errors=True)
    run([*BLUELAMP, "--home", str(home), "reference", "sync", "--from-files", str(path.parent / "reference")])
    with_isal, with_zlib = floor(path, "isal"), floor(path, "zlib")
    totals = json.loads((path.parent / "made").read_text())
    rows = sum(value for value in totals.values() if isinstance(value, int))
    print(f"\n{months} months: {totals}, {path.stat().st_size / 1e6:,.0f} MB of zip")
    print(f"floor: two processes inflate everything in {with_isal:.2f} s (isal), {with_zlib:.2f} s (zlib)\n")
    print("| what | wall s | cpu s | × floor | µs a row | peak PSS MB |\n|---|---|---|---|---|---|")
    first = load(home, path)
    tell("zip to answerable", first, with_isal, rows)
    tell("the same release again", load(home, path), with_isal, 0)
    tell("the next release, one force-month changed", load(home, make_next(path)), with_isal, 0)
    ask = run([*BLUELAMP, "--home", str(home), "ask", "crimes", "--by", "month,crime_type", "--format", "csv"])
    tell("a question of all months and types, as a command", ask, with_isal, 0)
    print(f"disk: {run(['du', '-sm', str(home)]).output.split()[0]} MB in the home")


def peers(months: int, crimes: int, name: str) -> None:
    """The same rows by other tools, from files unpacked before."""
    path = make_twin(months, crimes, name)
    unpacked = BENCH / name / "csv"
    if not unpacked.exists():
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                try:
                    archive.extract(info, unpacked)
                except zipfile.BadZipFile:
                    (unpacked / info.filename).unlink(missing_ok=True)  # a damaged member, planted
    with_isal = floor(path, "isal")
    for tool, words in (
        ("duckdb", "DuckDB, unpacked CSV to a table, all text"),
        ("polars", "Polars, unpacked CSV to Parquet, all text"),
        ("pandas", "pandas, unpacked CSV to Parquet, all text"),
        ("merge", "line by line into one CSV a dataset"),
    ):
        tell(
            words,
            run([sys.executable, "-m", "benchmarks.peers", tool, str(unpacked), str(BENCH / "peer")]),
            with_isal,
            0,
        )
    shutil.rmtree(BENCH / "peer", ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the full history too: 81 million crimes, 180 months")
    parser.add_argument("--only", choices=("flow", "peers", "full"), help="one part alone")
    chosen = parser.parse_args()
    if chosen.only in (None, "flow"):
        flow(36, 9_000_000, "36-months")
    if chosen.only in (None, "peers"):
        peers(36, 9_000_000, "36-months")
    if chosen.full or chosen.only == "full":
        flow(180, 81_000_000, "180-months")


if __name__ == "__main__":
    main()
