"""The server as a process: start, end, a release published while it serves, several workers, a port that is taken."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.lib.web.process_server import Server, WebHomes, load

V1 = "/api/v1"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bluelamp", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_a_taken_port_is_told_before_anything_starts(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("--home", str(home), "serve", "--port", str(port))
    assert ended.returncode == 2
    assert f"Port {port} of 127.0.0.1 is taken" in ended.stderr
    assert "--port 0" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_to(home: Path, number: int) -> None:
    server = Server(home)
    assert server.stop(number) == 0
    assert "Traceback" not in "".join(server.log)


def test_without_data_it_says_what_to_do(tmp_path: Path) -> None:
    server = Server(tmp_path / "empty")
    try:
        with httpx.Client(base_url=server.url) as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 503
            answer = client.get(f"{V1}/dashboards/crime/answers")
            assert answer.status_code == 503
            assert "bluelamp archive load" in answer.json()["hint"]
            assert answer.headers["retry-after"]
            assert client.get("/crime").status_code == 200
    finally:
        server.stop()
    assert not (tmp_path / "empty" / "ledger.sqlite").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title: X\ndataset: crmes\ncards: [{name: a, kind: text, title: T, text: x}]", "line 2: there is no dataset"),
        ("title: X\ndataset: crimes\ncards:\n  - name: a\n    kind: bar\n    title: T", "line 5"),
        ("title: X\ndataset: crimes\ncards:\n  - {name: a, kind: bars, title: T, by: town}", "line 4: the card “a”"),
        (
            "title: X\ndataset: crimes\ncards:\n- name: a\n  kind: bars\n  title: T\n  measure: count\n  by: twon",
            "line 8",
        ),
        ("title: X\ndataset: crimes\ncolour: red\ncards:\n- {name: a, kind: text, title: T, text: x}", "line 3"),
        ("title: [", "not YAML"),
        ("- a", "is a mapping"),
    ],
)
def test_a_wrong_dashboard_is_told_with_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "dashboards" / "mine.yaml").write_text(text)
    ended = run("--home", str(tmp_path), "serve", "--port", "0")
    assert ended.returncode == 2, ended.stderr
    assert "mine.yaml" in ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_installations_own_dashboard_is_served(client: httpx.Client) -> None:
    names = {one["name"]: one for one in client.get(f"{V1}/site").json()["dashboards"]}
    assert names["bikes"]["path"] == "/d/bikes"
    cards = client.get(f"{V1}/dashboards/bikes/answers").json()["cards"]
    question = client.get(f"{V1}/questions/crimes?where=crime_type=Bicycle%20theft").json()
    assert cards["total"]["value"] == question["rows"][0]["count"] > 0
    assert client.get("/d/bikes").status_code == 200


def test_metrics_and_logs_say_what_happens_and_not_who_asked(server: Server, client: httpx.Client) -> None:
    client.get(f"{V1}/questions/crimes?by=force")
    text = client.get("/metrics").text
    # Through a proxy on this machine it is somebody else who asks.
    assert client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 404
    assert 'bluelamp_requests_total{route="/api/v1/questions/{dataset}",status="200"}' in text
    assert "bluelamp_request_seconds_bucket" in text
    lines = [line for line in server.log if '"event": "request"' in line]
    assert lines
    assert "127.0.0.1" not in "".join(lines)


def test_a_release_is_published_while_readers_ask(web_homes: WebHomes, tmp_path: Path) -> None:
    """Readers meet no error; every answer is wholly of the old version or wholly of the new one."""
    home, newer = web_homes.older(tmp_path), tmp_path / "2023-06.zip"
    # Readers that never rest are more than one address may ask for: what is looked at here is the swap.
    server = Server(home, "--workers", "2", BLUELAMP_LOG_REQUESTS="false", BLUELAMP_REQUESTS_PER_MINUTE="0")
    seen: dict[str, set[str]] = {}
    wrong: list[str] = []
    over = threading.Event()

    def read() -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            while not over.is_set():
                answer = client.get(f"{V1}/dashboards/crime/answers")
                if answer.status_code != 200:
                    wrong.append(answer.text)
                    continue
                found = answer.json()
                months = found["cards"]["by-month"]
                figures = (found["cards"]["total"]["value"], sum(value or 0 for value in months["values"][0]))
                seen.setdefault(found["version"]["name"], set()).add(str((figures, found["coverage"]["held"])))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    first = httpx.get(f"{server.url}{V1}/site").json()["version"]["name"]
    pinned = httpx.get(f"{server.url}{V1}/questions/crimes", params={"version": first}).json()["rows"]
    load(home, newer)
    end = time.monotonic() + 20
    while time.monotonic() < end and len(seen) < 2:
        time.sleep(0.1)
    time.sleep(1)
    over.set()
    for thread in threads:
        thread.join()
    try:
        assert not wrong
        assert len(seen) == 2
        assert all(len(figures) == 1 for figures in seen.values()), seen
        # a link that names the old version still shows the old figures
        again = httpx.get(f"{server.url}{V1}/questions/crimes", params={"version": first}).json()["rows"]
        assert again == pinned
    finally:
        server.stop()


def test_a_killed_worker_is_replaced_and_the_others_go_on(home: Path) -> None:
    server = Server(home, "--workers", "2", BLUELAMP_LOG_REQUESTS="false")
    try:
        workers = [one for one in psutil.Process(server.pid).children() if "spawn" in " ".join(one.cmdline())]
        workers = [one for one in workers if "resource_tracker" not in " ".join(one.cmdline())]
        assert len(workers) == 2
        workers[0].send_signal(signal.SIGKILL)
        failed = 0
        end = time.monotonic() + 4
        while time.monotonic() < end:
            try:
                failed += httpx.get(f"{server.url}{V1}/site", timeout=5).status_code != 200
            except httpx.TransportError:
                failed += 1
        assert failed <= 2  # what the killed one was answering
    finally:
        server.stop()


def test_a_damaged_warehouse_is_told_without_paths(tmp_path: Path, home: Path) -> None:
    copied = tmp_path / "home"
    shutil.copytree(home, copied, ignore=shutil.ignore_patterns("*.lock"))
    (file,) = [path for path in (copied / "warehouse").glob("*.duckdb") if not path.name.startswith("as-of")][:1]
    for path in (copied / "warehouse").glob("*.duckdb"):
        data = bytearray(path.read_bytes())
        data[: len(data) // 2] = b"\x00" * (len(data) // 2)
        path.write_bytes(data)
    del file
    server = Server(copied)
    try:
        answer: Any = httpx.get(f"{server.url}{V1}/questions/crimes")
        assert answer.status_code == 500
        assert str(copied) not in answer.text
        assert "doctor" in answer.json()["hint"]
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    finally:
        server.stop()
