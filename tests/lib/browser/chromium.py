"""A Chromium for the tests that look at the pages: the machine's, or one that is installed now. Run by `make test`.

Usage: python -m tests.lib.browser.chromium
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Without a window of its own each page costs a fifth of the work.
_SHELL = "chromium-headless-shell"
_NAMES = (_SHELL, "chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of a Chromium, None where there is none."""
    given = os.environ.get("BLUELAMP_CHROMIUM")
    if given:
        return given
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    return _playwrights()


def _playwrights() -> str | None:
    """Playwright's own, where somebody has installed it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _can_install() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _install() -> None:
    if _can_install():
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "-qq", _SHELL], check=True, env=environment)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main() -> None:
    there = chromium()
    if there is not None and ("BLUELAMP_CHROMIUM" in os.environ or shutil.which(_SHELL) or not _can_install()):
        return
    try:
        _install()
    except (OSError, subprocess.CalledProcessError) as error:
        if there is not None:
            return
        print(
            f"No Chromium could be installed ({error}): the tests of the pages will say so and fail.", file=sys.stderr
        )
        print("Install it by hand (Debian: apt-get install chromium), or set BLUELAMP_CHROMIUM.", file=sys.stderr)


if __name__ == "__main__":
    main()
