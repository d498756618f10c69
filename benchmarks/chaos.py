"""Chaos: 10,000 snapshots of the synthetic city with every fault planted, through the whole live flow, which is killed
again and again; then judged against the truth: false closings, lost, doubled.

Usage: python -m benchmarks.chaos [--polls 10000] [--seed 1] [--kills 60] [--database postgresql://…]

The same polls are driven once more without a kill: both logs must be the same, to the byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bluelamp.live.workflow import LiveFlow
from bluelamp.synthetic.city.agency import FEED
from bluelamp.synthetic.city.chaos import changes_of, chaos_publisher, drive, moment_of_poll, open_chaos
from bluelamp.synthetic.city.faults import FAULTS, Plan, Planned
from bluelamp.synthetic.city.oracle import judge
from bluelamp.synthetic.city.plan import fair_plan

FOLDER = Path(".bench") / "chaos"


def make_plan(seed: int, polls: int) -> Plan:
    """The plan of a run, made once: each process that is killed reads it again."""
    path = FOLDER / f"plan-{seed}-{polls}.json"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        plan = fair_plan(chaos_publisher(seed), polls, seed=seed, corrected=True)
        path.write_text(json.dumps([[one.kind, sorted(one.gone), one.back] for one in plan]))
    return tuple(Planned(kind, frozenset(gone), back) for kind, gone, back in json.loads(path.read_text()))


def driven(home: Path, seed: int, polls: int, kills: int, database: str) -> int:
    """Drive a run in processes that are killed; how many were."""
    command = [sys.executable, "-m", "benchmarks.chaos", "--drive", str(home), "--seed", str(seed)]
    command += ["--polls", str(polls), *(["--database", database] if database else [])]
    chance, done = random.Random(seed), 0
    while True:
        process = subprocess.Popen(command)
        limit = None if done >= kills else chance.uniform(1.5, 4.5)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            continue
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return done


def tell_plan(plan: Plan) -> None:
    kinds = Counter(planned.kind for planned in plan)
    print(f"{len(plan):,} polls, of which {kinds.pop('sound'):,} met no fault; columns were gone in", end=" ")
    print(f"{sum(bool(planned.gone) for planned in plan):,}\n\n| fault | polls | what it is |\n|---|---|---|")
    for name, words in FAULTS.items():
        print(f"| {name} | {kinds[name]:,} | {words} |")


def digest(flow: LiveFlow) -> str:
    """A hash of every change of the log."""
    found = hashlib.sha256()
    for change in changes_of(flow):
        found.update(json.dumps(change, sort_keys=True).encode())
    return found.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--polls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--database", default="", help="an empty database; SQLite in the run's own folder without it")
    parser.add_argument("--drive", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    publisher, plan = chaos_publisher(chosen.seed), make_plan(chosen.seed, chosen.polls)
    if chosen.drive:
        drive(open_chaos(chosen.drive, database=chosen.database), publisher, plan)
        return
    tell_plan(plan)
    for name in ("killed", "undisturbed"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    began = time.perf_counter()
    kills = driven(FOLDER / "killed", chosen.seed, chosen.polls, chosen.kills, chosen.database)
    flow = open_chaos(FOLDER / "killed", database=chosen.database)
    moments = [moment_of_poll(publisher, poll) for poll in range(len(plan))]
    found = judge(publisher, plan, moments, changes_of(flow))
    print(f"\nDriven in {time.perf_counter() - began:.0f} s, killed {kills} times; {found.incidents:,} incidents")
    print(f"verdicts: {dict(flow.snapshots.verdicts(FEED))}\nchanges: {dict(found.kinds)}")
    print("\n| " + " | ".join(found.faults) + " |\n" + "|---" * len(found.faults) + "|")
    print("| " + " | ".join(map(str, found.faults.values())) + " |")
    print(f"\nIntervals that do not hold the true moment, because a partial answer hid it: {found.off:,}")
    undisturbed = open_chaos(FOLDER / "undisturbed")
    drive(undisturbed, publisher, plan)
    same = digest(flow) == digest(undisturbed)
    print(f"The log of the killed run and that of an undisturbed one are {'the same' if same else 'NOT THE SAME'}.")
    if not same or any(found.faults.values()):
        print(found.sentences())
        sys.exit(1)


if __name__ == "__main__":
    main()
