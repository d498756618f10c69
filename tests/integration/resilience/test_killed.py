"""A load that is killed or interrupted, again and again: old or new, never a mix, and the next one finishes."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.lib.resilience.command import Commands
from tests.lib.resilience.homes import facts, ledger, litter
from tests.lib.resilience.releases import Releases

_KILLS = 25


def test_kill_at_any_moment(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """25 kills at random moments of fetch, stage, build and publish."""
    chance = random.Random(20)
    old, new = facts(releases.home_old), facts(releases.home_new)
    whole = tmp_path / "whole"
    shutil.copytree(releases.home_old, whole)
    needed = bluelamp(whole, "archive", "load", releases.new).seconds
    kills, seen = 0, set()
    while kills < _KILLS:
        home = tmp_path / f"home{kills}"
        shutil.copytree(releases.home_old, home)
        for attempt in range(3):
            paths = [releases.new] if attempt == 0 or chance.random() < 0.5 else []
            running = bluelamp.start(home, "archive", "load", *paths)
            time.sleep(chance.uniform(0.05, 1.1) * needed)
            running.signal(signal.SIGKILL)
            ended = running.wait()
            kills += ended.code == -signal.SIGKILL
            assert ended.code in (-signal.SIGKILL, 0, 3), ended.err
            assert not running.kin()
            found = facts(home)
            assert found in (old, new)
            seen.add("new" if found == new else "old")
        assert bluelamp(home, "archive", "load").code in (0, 3)  # the bare one finishes what was received
        assert bluelamp(home, "archive", "load", releases.new).code in (0, 3)
        assert facts(home) == new
        assert litter(home) == []
        assert ledger(home, "SELECT count(*) FROM file WHERE state = 'waiting'") == [(0,)]
        assert ledger(home, "SELECT count(*), sum(rows_loaded) FROM file WHERE state = 'loaded'") == ledger(
            releases.home_new, "SELECT count(*), sum(rows_loaded) FROM file WHERE state = 'loaded'"
        )
        shutil.rmtree(home)
    assert "old" in seen


def test_kill_during_a_rebuild(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """A rebuild that is killed leaves the answers there, and the next load ends it: no row twice."""
    chance = random.Random(4)
    new = facts(releases.home_new)
    covered = bluelamp(releases.home_new, "archive", "coverage", "--json").lines()
    assert {line["state"] for line in covered} >= {"held", "not held"}
    for number in range(5):
        home = tmp_path / str(number)
        shutil.copytree(releases.home_new, home)
        running = bluelamp.start(home, "archive", "rebuild", "--yes")
        time.sleep(chance.uniform(0.05, 0.9))
        running.signal(signal.SIGKILL)
        running.wait()
        assert facts(home) == new
        assert bluelamp(home, "archive", "coverage", "--json").lines() == covered
        assert bluelamp(home, "archive", "load").code in (0, 3)
        assert facts(home) == new
        assert litter(home) == []
        assert bluelamp(home, "doctor").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize(("share", "times"), [(0.3, 1), (0.6, 1), (0.9, 1), (0.6, 2)])
def test_interrupted(
    number: int, share: float, times: int, bluelamp: Commands, releases: Releases, tmp_path: Path
) -> None:
    """Gone soon, with one sentence and 130; the same command goes on."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_old, home)
    running = bluelamp.start(home, "archive", "load", releases.new)
    time.sleep(0.8 * share)
    for _ in range(times):
        running.signal(number)
        time.sleep(0.05)
    ended = running.wait(10).assert_civil()
    assert not running.kin()
    if ended.code not in (0, 3):
        assert ended.code == 130, ended.err
        assert "Interrupted" in ended.sentence
    assert facts(home) in (facts(releases.home_old), facts(releases.home_new))
    assert bluelamp(home, "archive", "load", releases.new).code in (0, 3)
    assert facts(home) == facts(releases.home_new)
    assert litter(home) == []
