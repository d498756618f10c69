"""Measures the live page in a real Chromium: panning among 2,000 calls, bursts of changes, memory, a server that is
killed, three tabs, slow lines, the first visit.

Usage: python -m benchmarks.live_page [--part PART] [--minutes 15] [--profile FOLDER]
where PART is pan, burst, memory, kills, tabs, network or visit.

The server is `bluelamp serve` as a process of its own; snapshots are taken in as the live flow takes them. Server,
browser and this program share the machine, and the map is drawn without a graphics card: what counts are the ratios
against the floors of the same run (an empty map that is dragged the same way, a plain list of as many rows, the bare
answer over the same line).
"""

from __future__ import annotations

import argparse
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from tests.lib.browser.live_city import LiveCity
from tests.lib.browser.live_shown import listed, reached

from benchmarks.live_browser import (
    Loaded,
    Noted,
    Served,
    Traced,
    a_page,
    empty_map,
    opened,
    still,
    traced,
)
from benchmarks.live_browser import pan as drag

CALLS, SECONDS = 2_000, 20.0
BURST = 500
# Bytes a second down and up, and milliseconds there and back: as Chromium's developer tools have them.
LINES = {
    "slow 3G": (50_000, 50_000, 2_000),
    "slow 4G (fast 3G)": (180_000, 84_375, 563),
    "4G": (1_012_500, 168_750, 165),
}
_FIRST_ROW = """() => new Promise((done) => {
  const look = () => document.querySelector('ul[aria-label="Calls"] [data-call]')
    ? done(performance.now()) : requestAnimationFrame(look);
  look();
})"""
# As many rows as the list has calls, made at once without a framework: what showing them costs at the least.
_PLAIN = """(count) => {
  const began = performance.now();
  const list = document.createElement('ul');
  for (let at = 0; at < count; at += 1) {
    const row = document.createElement('li');
    row.innerHTML = `<a href="/live/${at}"><b>Major accident</b> <span>9 min</span> <span>${at} Elm St</span></a>`;
    list.append(row);
  }
  document.body.append(list);
  list.getBoundingClientRect();
  const took = performance.now() - began;
  list.remove();
  return took;
}"""

_PANNED = (
    "what", "processor", "longest task ms", "× empty map", "> 50 ms", "> 100 ms", "with waiting for the drawing, ms",
    "× empty map", "> 100 ms", "frames/s", "slowest frame ms", "what the longest did",
)  # fmt: skip
_BURST = (
    "500 changes", "processor", "longest task ms", f"× {CALLS:,} plain rows", "> 100 ms",
    "with waiting for the drawing",
    "commit to shown ms", "frames dropped in 3 s", "in an idle page", "slowest frame ms", "what the longest did",
)  # fmt: skip


def now() -> float:
    return time.time() * 1000


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(*cells: str) -> None:
    row(*cells)
    row(*("---" for _ in cells))


def map_of(page: Page) -> dict[str, float]:
    """Where the map stands, pixels."""
    box = page.locator(".ground").bounding_box()
    assert box is not None
    return dict(box)


def visit(page: Page, served: Served, city: LiveCity) -> None:
    page.goto(f"{served.url}/live/{city.name}")
    reached(page, city.cursor(), 60)


def _count_streams(page: Page, streams: set[Any]) -> None:
    """Keep `streams` the requests of a page for a stream that have not ended."""
    page.on("request", lambda one: streams.add(one) if "/events" in one.url else None)
    for how in ("requestfinished", "requestfailed"):
        page.on(how, lambda one: streams.discard(one))  # type: ignore[call-overload]  # noqa: PLW0108 (it marks it)


class Bench:
    """One home with a full city and one without calls; one server; one browser."""

    def __init__(self, folder: Path, browser: Browser, profile: Path | None) -> None:
        self.home, self.browser, self.profile = folder / "home", browser, profile
        self.full = LiveCity(self.home, "full-city")
        self.full.open(CALLS)
        self.empty = LiveCity(self.home, "empty-city")
        self.served = Served(self.home)

    def close(self) -> None:
        self.served.stop()
        self.full.close()
        self.empty.close()

    def begin_trace(self, page: Page) -> None:
        traced(self.browser, page, self.profile is not None)

    def end_trace(self, name: str) -> Traced:
        raw = self.browser.stop_tracing()
        if self.profile is not None:
            self.profile.mkdir(parents=True, exist_ok=True)
            (self.profile / f"{name}.json").write_bytes(raw)
        return Traced(raw)

    # -- parts ---------------------------------------------------------------------------------------------------------
    def pan(self) -> None:
        """2,000 calls dragged and zoomed, beside the page without calls and an empty map of the same size."""
        head(*_PANNED)
        for slower in (1, 4):
            floor: tuple[float, float] | None = None
            for what in ("an empty map", "the page, no calls", f"the page, {CALLS:,} calls"):
                noted, found = self._panned(what, slower)
                floor = floor or (found.longest_own, found.longest)
                own, whole = found.longest_own, found.longest
                row(what, f"1/{slower}", f"{own:.0f}", f"{own / floor[0]:.1f}", found.own_over(50), found.own_over(100),
                    f"{whole:.0f}", f"{whole / floor[1]:.1f}", found.over(100), f"{noted.frames / SECONDS:.0f}",
                    f"{noted.slowest:.0f}", found.causes())  # fmt: skip

    def _panned(self, what: str, slower: int) -> tuple[Noted, Traced]:
        with a_page(self.browser) as page:
            visit(page, self.served, self.empty if "no calls" in what else self.full)
            place = map_of(page)
            if what == "an empty map":
                empty_map(page, self.served.url, place)
            still(page)
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            page.wait_for_timeout(500)
            self.begin_trace(page)
            began = now()
            drag(page, place, SECONDS)
            ended = now()
            return Noted(page, began, ended), self.end_trace(f"pan-{slower}-{what.split()[-1]}-{what.split()[-2]}")

    def burst(self) -> None:
        """500 changes at once, and in ten snapshots within a second."""
        head(*_BURST)
        for slower in (1, 4):
            for snapshots in (1, 10):
                with a_page(self.browser) as page:
                    self._burst(page, slower, snapshots)

    def _burst(self, page: Page, slower: int, snapshots: int) -> None:
        visit(page, self.served, self.full)
        still(page)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.wait_for_timeout(500)
        plain = statistics.median(page.evaluate(_PLAIN, CALLS) for _ in range(5))
        page.wait_for_timeout(500)
        idle_from = now()
        page.wait_for_timeout(3_000)
        idle = Noted(page, idle_from, now())
        self.begin_trace(page)
        began, committed = now(), []
        for _ in range(snapshots):
            due = now() + 100
            self._changed(BURST // snapshots)
            committed.append((self.full.cursor(), now()))
            time.sleep(max(0.0, due - now()) / 1000)
        reached(page, committed[-1][0], 60)
        page.wait_for_timeout(2_000)
        found = self.end_trace(f"burst-{slower}-{snapshots}")
        noted = Noted(page, began, began + 3_000)
        shown = noted.cursors.get(committed[-1][0], now()) - committed[-1][1]
        words = "at once" if snapshots == 1 else f"{snapshots} snapshots, {committed[-1][1] - began:.0f} ms"
        own = found.longest_own
        row(words, f"1/{slower}", f"{own:.0f}", f"{own / plain:.1f}", found.own_over(100), f"{found.longest:.0f}",
            f"{shown:.0f}", noted.dropped, idle.dropped, f"{noted.slowest:.0f}", found.causes())  # fmt: skip

    def _changed(self, count: int) -> int:
        """A snapshot with so many changes: a fifth of it new calls, a fifth ended, the rest with another status."""
        city, fifth = self.full, count // 5
        for at in range(count - 2 * fifth):
            city.rows[-1 - at]["status"] = "Leaving" if city.rows[-1 - at]["status"] == "At Scene" else "At Scene"
        city.rows = city.rows[fifth:]
        return len(city.open(fifth))

    def kills(self, times: int = 10) -> None:
        """The server is killed and comes back while the city goes on."""
        city = LiveCity(self.home, "killed-city")
        city.open(30)
        equal, waits = 0, []
        with a_page(self.browser) as page:
            visit(page, self.served, city)
            for kill in range(times):
                self.served.stop(signal.SIGKILL)
                city.open(3)
                city.end(kill, kill + 5)
                page.wait_for_timeout(1_000)
                self.served.start()
                began = now()
                reached(page, city.cursor(), 60)
                waits.append(now() - began)
                equal += listed(page) == sorted(call["id"] for call in city.calls())
        city.close()
        head("what", "reached", "aim")
        row("the page has exactly the server's calls after a kill", f"{equal} of {times}", times)
        took = f"{statistics.median(waits) / 1000:.1f} s, {max(waits) / 1000:.1f} s"
        row("server answers to page has come to its state, median and most", took, "")

    def tabs(self, many: int = 3) -> None:
        """Tabs of one browser: one stream, the same calls, also when the tab that listens goes."""
        city = LiveCity(self.home, "tab-city")
        city.open(20)
        with a_page(self.browser) as first:
            context = first.context
            pages = [first, *(context.new_page() for _ in range(many - 1))]
            streams: dict[Page, set[Any]] = {page: set() for page in pages}
            for page in pages:
                _count_streams(page, streams[page])
            for page in pages:
                visit(page, self.served, city)
            head("what", "reached", "aim")
            for words in (f"{many} tabs", "the tab that listens is closed"):
                city.open(5)
                city.end(0)
                for page in pages:
                    reached(page, city.cursor(), 60)
                wanted = sorted(call["id"] for call in city.calls())
                same = 0
                for page in pages:
                    page.bring_to_front()
                    same += listed(page) == wanted
                row(f"{words}: streams", sum(len(streams[page]) for page in pages), 1)
                row(f"{words}: tabs with the server's calls", same, len(pages))
                pages.pop(0).close()
                pages[0].wait_for_timeout(1_000)
        city.close()

    def network(self) -> None:
        """Slow lines, cold and warm; the floor is the list's bare answer over the same line."""
        head("line", "calls", "visit", "first paint s", "first list s", "× bare answer", "KB received")
        for line, (down, up, delay) in LINES.items():
            told = {"offline": False, "latency": delay, "downloadThroughput": down, "uploadThroughput": up}
            for city, calls in ((self._fifty(), 50), (self.full, CALLS)):
                with a_page(self.browser) as page:
                    session = page.context.new_cdp_session(page)
                    session.send("Network.enable")
                    session.send("Network.emulateNetworkConditions", told)
                    began = now()
                    page.goto(f"{self.served.url}/api/v1/feeds/{city.name}/calls", timeout=120_000)
                    bare = now() - began
                for how, painted, took, size in self._cold_and_warm(city, told):
                    seconds = f"{painted / 1000:.2f}", f"{took / 1000:.2f}", f"{took / bare:.1f}"
                    row(line, f"{calls:,}", how, *seconds, f"{size / 1000:.0f}")

    def _cold_and_warm(self, city: LiveCity, line: dict[str, Any]) -> list[tuple[str, float, float, int]]:
        found = []
        with a_page(self.browser) as cold:
            context = cold.context
            for how in ("cold", "warm"):
                page = cold if how == "cold" else context.new_page()
                session = context.new_cdp_session(page)
                loaded = Loaded(session)
                session.send("Network.emulateNetworkConditions", line)
                page.goto(f"{self.served.url}/live/{city.name}", wait_until="commit", timeout=120_000)
                took = page.evaluate(_FIRST_ROW)
                with suppress(Exception):
                    still(page)
                painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
                found.append((how, painted, took, loaded.total))
                page.close()
        return found

    def _fifty(self) -> LiveCity:
        if not hasattr(self, "_small"):
            self._small = LiveCity(self.home, "small-city")
            self._small.open(50)
        return self._small

    def visit(self) -> None:
        """The first visit: bytes of each script, time to the first paint and to the list."""
        head(
            "calls",
            "processor",
            "first paint ms",
            "list ms",
            "map still ms",
            "KB received",
            "longest task ms",
            "scripts, KB packed",
        )
        for city, calls in ((self._fifty(), 50), (self.full, CALLS)):
            for slower in (1, 4):
                runs = [self._first(city, slower) for _ in range(3)]
                middle = [statistics.median(run[at] for run in runs) for at in range(5)]
                scripts = ", ".join(f"{name.split('-')[0]} {size / 1000:.0f}" for name, size in runs[-1][5])
                times = [f"{value:.0f}" for value in middle[:3]]
                row(f"{calls:,}", f"1/{slower}", *times, f"{middle[3] / 1000:.0f}", f"{middle[4]:.0f}", scripts)

    def _first(self, city: LiveCity, slower: int) -> tuple[float, float, float, float, float, list[tuple[str, int]]]:
        with a_page(self.browser) as page:
            session = page.context.new_cdp_session(page)
            loaded = Loaded(session)
            session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            began = now()
            page.goto(f"{self.served.url}/live/{city.name}", wait_until="commit")
            took = page.evaluate(_FIRST_ROW)
            page.wait_for_function("() => document.querySelector('.map')?.dataset.still === 'true'", timeout=60_000)
            calm = page.evaluate("performance.now()")
            page.wait_for_timeout(1_500)
            painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
            return painted, took, calm, loaded.total, Noted(page, began, now()).longest, loaded.scripts()

    def memory(self, minutes: int) -> None:
        """As many changes as an hour brings (100 a minute); heap, nodes and listeners after collecting, each minute."""
        city, quiet = LiveCity(self.home, "busy-city"), LiveCity(self.home, "quiet-city")
        city.open(300)
        quiet.open(300)
        each = 6_000 // minutes  # changes a minute
        found: dict[str, list[dict[str, float]]] = {"busy": [], "quiet": []}
        with a_page(self.browser, watch=False) as busy, a_page(self.browser, watch=False) as idle:
            visit(busy, self.served, city)
            visit(idle, self.served, quiet)
            pages = {"busy": busy, "quiet": idle}
            sessions = {name: page.context.new_cdp_session(page) for name, page in pages.items()}
            for session in sessions.values():
                session.send("Performance.enable")
            changes = 0
            head("minute", "changes", "heap MB", "nodes", "listeners", "heap of a quiet page MB", "nodes", "listeners")
            for minute in range(minutes + 1):
                for name, session in sessions.items():
                    found[name].append(self._collected(session))
                busy_now, quiet_now = found["busy"][-1], found["quiet"][-1]
                row(minute, changes, *_counted(busy_now), *_counted(quiet_now))
                if minute == minutes:
                    break
                end = time.monotonic() + 60
                rounds = 20
                for turn in range(rounds):
                    changes += self._moved(city, each // rounds)
                    pages["busy"].wait_for_timeout(
                        max(0.0, (end - 60 + (turn + 1) * 60 / rounds - time.monotonic()) * 1000)
                    )
                reached(busy, city.cursor(), 60)
        for name, rows in found.items():
            settled = rows[len(rows) // 4 :]
            for key, unit in (("JSHeapUsedSize", 1e3), ("Nodes", 1), ("JSEventListeners", 1)):
                values = [one[key] / unit for one in settled]
                slope = statistics.linear_regression(range(len(values)), values).slope if len(values) > 2 else 0.0
                print(f"{name}: {key} {slope:+.1f} {'KB ' if unit > 1 else ''}a minute after the first quarter")
        city.close()
        quiet.close()

    def _moved(self, city: LiveCity, count: int) -> int:
        """A snapshot with so many changes, of all kinds; how many were."""
        ends = max(1, count // 5)
        for at in range(count - 2 * ends):
            one = city.rows[-1 - at]
            one["status"] = "Leaving" if one["status"] == "At Scene" else "At Scene"
        city.rows = city.rows[ends:]
        return len(city.open(ends))

    def _collected(self, session: Any) -> dict[str, float]:
        for _ in range(2):
            session.send("HeapProfiler.collectGarbage")
        return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}


def _counted(now: dict[str, float]) -> tuple[str, str, str]:
    return f"{now['JSHeapUsedSize'] / 1e6:.2f}", f"{now['Nodes']:.0f}", f"{now['JSEventListeners']:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live_page", description=__doc__)
    parts = ("pan", "burst", "kills", "tabs", "network", "visit", "memory")
    parser.add_argument("--part", choices=parts, action="append", help="one part alone; repeat it")
    parser.add_argument("--minutes", type=int, default=15, help="how long the page stays open for the memory")
    parser.add_argument("--profile", type=Path, help="keep the traces here, with a profile of the processor")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bluelamp-page-"))
    try:
        with opened() as browser:
            bench = Bench(folder, browser, chosen.profile)
            try:
                for name in chosen.part or parts:
                    print(f"\n## {name}\n", flush=True)
                    part: Callable[..., None] = getattr(bench, name)
                    part(*([chosen.minutes] if name == "memory" else []))
            finally:
                bench.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
