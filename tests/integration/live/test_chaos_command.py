"""`bluelamp synthetic city` as a person starts it, and a poller beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from bluelamp.synthetic.city.agency import FEED

pytestmark = pytest.mark.process

COMMAND = [sys.executable, "-m", "bluelamp"]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BLUELAMP_")}
    return {**kept, "BLUELAMP_ALLOW_PRIVATE_ADDRESSES": "true", **more}


def test_a_city_is_served_polled_and_told_the_truth_of(tmp_path: Path) -> None:
    arguments = [
        "--every",
        "1",
        "--tempo",
        "4",
        "--faults",
        "0.1",
        "--toml",
        tmp_path,
        "--truth",
        tmp_path / "truth.json",
    ]
    home = str(tmp_path / "home")
    serve = [*COMMAND, "--home", home, "synthetic", "city", "--json", *map(str, arguments)]
    city = subprocess.Popen(serve, stdout=subprocess.PIPE, env=environment())
    live = None
    try:
        assert city.stdout is not None
        url = json.loads(city.stdout.readline())["url"]
        assert len(httpx.get(url, timeout=10).content) > 0
        add = [*COMMAND, "--home", home, "feeds", "add", str(tmp_path / f"{FEED}.toml")]
        assert subprocess.run(add, env=environment(), capture_output=True).returncode == 0
        live = subprocess.Popen(
            [*COMMAND, "--home", home, "live", "run", FEED], stdout=subprocess.PIPE, env=environment(), text=True
        )
        assert live.stdout is not None
        line = live.stdout.readline()
        assert f"  {FEED}  " in line
        ask = [*COMMAND, "--home", home, "gazetteer", "status", "--json"]
        assert "centrelines" in subprocess.run(ask, env=environment(), capture_output=True, text=True).stdout
    finally:
        for process in (live, city):
            if process is not None:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=20)
    assert city.returncode == 0
    assert live is not None
    assert live.returncode == 0
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["publications"] > 10
    assert len(truth["incidents"]) > 10
    assert {"lat", "lon", "units", "kind"} <= set(truth["incidents"][0])


def test_a_port_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "synthetic", "city", "--json"], stdout=subprocess.PIPE, env=environment()
    ) as first:
        assert first.stdout is not None
        port = json.loads(first.stdout.readline())["url"].split(":")[2].split("/")[0]
        command = [*COMMAND, "synthetic", "city", "--port", port]
        second = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
        first.send_signal(signal.SIGINT)
        assert first.wait(20) == 0
    assert second.returncode == 2
    assert f"Cannot serve on port {port}: Address already in use." in second.stderr
    assert "--port" in second.stderr
    assert "Traceback" not in second.stderr


def test_it_goes_on_publishing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "synthetic", "city", "--every", "1", "--speed", "20"], stdout=subprocess.PIPE, env=environment()
    ) as city:
        assert city.stdout is not None
        url = city.stdout.readline().decode().strip()
        tags, until = set(), time.monotonic() + 30  # type: ignore[var-annotated]
        while len(tags) < 5 and time.monotonic() < until:
            tags.add(httpx.get(url, timeout=10).headers["etag"])
        city.send_signal(signal.SIGTERM)
        city.wait(20)
    assert len(tags) == 5


def test_the_demo_serves_a_city_beside_the_archive(tmp_path: Path) -> None:
    arguments = ["demo", "--serve", "--port", "0", "--folder", str(tmp_path / "demo"), "--crimes", "1000"]
    arguments += ["--days", "0"]  # its past takes long; tests/integration/calls has that
    demo = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, env=environment())
    try:
        assert demo.stdout is not None
        address = next(line.strip() for line in demo.stdout if line.startswith("http://"))
        until = time.monotonic() + 60
        with httpx.Client(base_url=address, timeout=20) as client:
            while time.monotonic() < until:
                (feed,) = client.get("api/v1/feeds").json()["feeds"]
                # The first answer may be one that was cut short: the next ones are not.
                if (feed["open_calls"] or 0) > 5:
                    break
                time.sleep(0.2)
            assert (feed["name"], feed["open_calls"] > 5) == (FEED, True)
            assert "invented" in feed["title"]
            assert "synthetic city" in client.get("api/v1/site").json()["notice"]
            with client.stream(
                "GET", f"api/v1/feeds/{FEED}/events", params={"cursor": f"{feed['cursor'].split(':')[0]}:0"}
            ) as events:
                assert any(line == "event: opened" for line in events.iter_lines())
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=30)
    assert demo.returncode == 0
