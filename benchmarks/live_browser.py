"""What `benchmarks.live_page` measures with: a server that can be killed, a Chromium that watches itself, a hand that
drags the map, and the floors that every figure is held against.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, CDPSession, Page, Route, sync_playwright
from tests.lib.browser.chromium import chromium

SIZE = (1440, 900)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-gl=swiftshader",
    "--enable-unsafe-swiftshader",
]
_MAPLIBRE = Path("frontend") / "node_modules" / "maplibre-gl" / "dist"
# What a page notes of itself: tasks over 50 ms, the time between frames, and every cursor with the moment it was set.
# Times are those of the machine's clock, milliseconds, so that they can be held against a commit's.
_WATCH = """
window.__tasks = []; window.__frames = []; window.__cursors = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) __tasks.push([performance.timeOrigin + one.startTime, one.duration]);
}).observe({ type: 'longtask', buffered: true });
let before = 0;
requestAnimationFrame(function frame(at) {
  if (before) __frames.push([performance.timeOrigin + at, at - before]);
  before = at;
  const cursor = document.querySelector('.live')?.dataset.cursor;
  if (cursor && cursor !== __cursors.at(-1)?.[0]) __cursors.push([cursor, performance.timeOrigin + performance.now()]);
  requestAnimationFrame(frame);
});
"""
_EMPTY_MAP = """<!doctype html><title>floor</title><link rel="stylesheet" href="/floor/maplibre-gl.css">
<style>body { margin: 0 } .map { position: absolute; left: %dpx; top: %dpx; width: %dpx; height: %dpx }</style>
<div class="map"></div><script type="module">
import { Map, setWorkerUrl } from '/floor/maplibre-gl.mjs';
setWorkerUrl(location.origin + '/floor/maplibre-gl-worker.mjs');
const ground = { id: 'ground', type: 'background', paint: { 'background-color': '#eee' } };
const map = new Map({
  container: document.querySelector('.map'), bounds: [-101, 33.5, -100.8, 33.7], attributionControl: false,
  style: { version: 8, sources: {}, layers: [ground] },
});
map.on('idle', () => document.body.dataset.still = 'true');
</script>"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Served:
    """`bluelamp serve` on one port; it can be killed and started again there."""

    def __init__(self, home: Path) -> None:
        self._home, self._port = home, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "bluelamp", "--home", str(self._home), "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "BLUELAMP_WORKERS": "1"}
        )
        for _ in range(600):
            try:
                httpx.get(f"{self.url}/healthz", timeout=5)
                return
            except httpx.TransportError:
                time.sleep(0.1)
        raise SystemExit("the server does not answer")

    def stop(self, number: int = signal.SIGINT) -> None:
        self._process.send_signal(number)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def opened() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        raise SystemExit("there is no Chromium: `make browser` installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def a_page(browser: Browser, watch: bool = True, **options: Any) -> Iterator[Page]:
    """A browser without a past, with one page that watches itself; what it notes takes memory, 140 KB a minute."""
    context = browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]}, **options)
    if watch:
        context.add_init_script(_WATCH)
    try:
        yield context.new_page()
    finally:
        context.close()


def still(page: Page) -> None:
    """Wait until the map has drawn everything; not for ever, where calls go on coming."""
    page.wait_for_function(
        "() => document.body.dataset.still === 'true' || document.querySelector('.map')?.dataset.still === 'true'",
        timeout=60_000,
    )
    page.wait_for_timeout(1_500)


def empty_map(page: Page, url: str, place: dict[str, float]) -> None:
    """Show a MapLibre map with nothing on it, at the place and of the size of the live map: the floor of panning."""
    body = _EMPTY_MAP % tuple(round(place[key]) for key in ("x", "y", "width", "height"))
    kinds = {".css": "text/css", ".mjs": "text/javascript"}

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        path = _MAPLIBRE / name
        if name == "floor.html":
            route.fulfill(body=body, content_type="text/html")
        else:
            route.fulfill(body=path.read_bytes(), content_type=kinds[path.suffix])

    page.route("**/floor.html", answer)
    page.route("**/floor/*", answer)
    page.goto(f"{url}/floor.html")


def pan(page: Page, place: dict[str, float], seconds: float) -> None:
    """Drag the map to and fro and turn the wheel in and out, as a hand does."""
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    end, turn = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        right, down = (1, 1, -1, -1)[turn % 4], (1, -1, 1, -1)[turn % 4]
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 26):
            page.mouse.move(x + right * step * 7, y + down * step * 4)
            time.sleep(0.012)
        page.mouse.up()
        for _ in range(6):
            page.mouse.wheel(0, -160 if turn % 4 < 2 else 160)
            time.sleep(0.025)
        time.sleep(0.2)
        turn += 1


class Noted:
    """What a page noted of itself between two moments. Durations in milliseconds."""

    def __init__(self, page: Page, since: float, until: float) -> None:
        told = page.evaluate("({ tasks: __tasks, frames: __frames, cursors: __cursors })")
        self.tasks = sorted((long for at, long in told["tasks"] if since <= at <= until), reverse=True)
        gaps = [gap for at, gap in told["frames"] if since <= at <= until]
        self.frames = len(gaps)
        # A frame that took the time of three has cost two.
        self.dropped = sum(max(0, round(gap / (1000 / 60)) - 1) for gap in gaps)
        self.slowest = max(gaps, default=0.0)
        self.cursors: dict[str, float] = dict(told["cursors"])

    @property
    def longest(self) -> float:
        return self.tasks[0] if self.tasks else 0.0

    def over(self, most: float) -> int:
        return sum(1 for long in self.tasks if long > most)


class Traced:
    """The main thread's tasks by Chromium's own trace, and what the longest spent its time with."""

    def __init__(self, raw: bytes) -> None:
        events = json.loads(raw)["traceEvents"]
        names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e.get("name") == "thread_name"}
        main = [e for e in events if e.get("ph") == "X" and names.get((e["pid"], e["tid"])) == "CrRendererMain"]
        # The renderer that is measured is the one that did most.
        busy: dict[int, float] = defaultdict(float)
        for one in main:
            busy[one["pid"]] += one.get("dur", 0) if one["name"] == "RunTask" else 0
        pid = max(busy, key=lambda key: busy[key], default=0)
        self._main = [one for one in main if one["pid"] == pid]
        # Waiting for the one before to be drawn, which without a graphics card is done by the processor.
        waits = sorted((one["ts"], one.get("dur", 0)) for one in self._main if one["name"] == "Commit")
        starts = [at for at, _ in waits]

        def waited(task: dict[str, Any]) -> float:
            first, last = bisect_left(starts, task["ts"]), bisect_left(starts, task["ts"] + task.get("dur", 0))
            return sum(long for _, long in waits[first:last])

        tasks = [one for one in self._main if one["name"] == "RunTask"]
        self._own = [(max(0.0, one.get("dur", 0) - waited(one)) / 1000, one) for one in tasks]
        self._own.sort(key=lambda item: -item[0])
        self.tasks = sorted((one.get("dur", 0) / 1000 for one in tasks), reverse=True)

    @property
    def longest(self) -> float:
        return self.tasks[0] if self.tasks else 0.0

    @property
    def longest_own(self) -> float:
        """The longest task without what it waited for the drawing, milliseconds."""
        return self._own[0][0] if self._own else 0.0

    def over(self, most: float) -> int:
        return sum(1 for long in self.tasks if long > most)

    def own_over(self, most: float) -> int:
        return sum(1 for long, _ in self._own if long > most)

    def causes(self, nth: int = 0) -> str:
        """The parts of one of the longest tasks, longest first: `FunctionCall 80 ms (Live.js:12), Layout 5 ms`."""
        if nth >= len(self._own):
            return ""
        task = self._own[nth][1]
        found: dict[str, float] = defaultdict(float)
        for one in self._main:
            if task["ts"] <= one["ts"] < task["ts"] + task["dur"] and not one["name"].endswith("RunTask"):
                data = (one.get("args") or {}).get("data") or {}
                where = f" ({data['url'].rsplit('/', 1)[-1]}:{data.get('functionName', '')})" if data.get("url") else ""
                found[one["name"] + where] += one.get("dur", 0) / 1000
        ranked = sorted(found.items(), key=lambda item: -item[1])[:6]
        return ", ".join(f"{name} {long:.0f} ms" for name, long in ranked if long >= 1)


def traced(browser: Browser, page: Page, profile: bool = False) -> None:
    categories = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
    categories += ["disabled-by-default-v8.cpu_profiler"] if profile else []
    browser.start_tracing(page=page, categories=categories)


class Loaded:
    """What a page has received since this was made, by Chromium's own count: bytes on the line, packed."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes: dict[str, int] = {}
        self.cached: set[str] = set()
        self._urls: dict[str, str] = {}
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.requestServedFromCache", lambda told: self.cached.add(self._urls[told["requestId"]]))
        session.on("Network.responseReceived", self._answered)
        session.send("Network.enable")

    def _asked(self, told: dict[str, Any]) -> None:
        self._urls[told["requestId"]] = told["request"]["url"].split("?")[0]

    def _answered(self, told: dict[str, Any]) -> None:
        if told["response"].get("fromDiskCache"):
            self.cached.add(self._urls.get(told["requestId"], ""))

    def _finished(self, told: dict[str, Any]) -> None:
        name = self._urls.get(told["requestId"], "")
        self.bytes[name] = self.bytes.get(name, 0) + int(told["encodedDataLength"])

    @property
    def total(self) -> int:
        return sum(self.bytes.values())

    def scripts(self) -> list[tuple[str, int]]:
        found = [(name.rsplit("/", 1)[-1], size) for name, size in self.bytes.items() if name.endswith(".js")]
        return sorted(found, key=lambda item: -item[1])


def packed(url: str, path: str) -> int:
    """How many bytes an answer has that is packed as a browser asks for it."""
    answered = httpx.get(f"{url}{path}", headers={"Accept-Encoding": "identity"}, timeout=30)
    return len(gzip.compress(answered.content, 6))
