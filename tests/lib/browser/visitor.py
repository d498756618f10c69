"""Somebody with a browser: goes to pages, waits until they are there, and notes all that goes wrong on the way."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Request, Response

# Reports of the content security policy reach the console as errors, to be noted with all others.
_REPORT = """document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""
# A page is there when its title stands, nothing is on its way, and no shape of what comes is left.
_THERE = """() => (document.querySelector('h1')?.textContent ?? '').trim() !== ''
  && !document.querySelector('[aria-busy="true"], .card[aria-hidden="true"]')"""
# The browser's own words for an answer that is no success; the answer itself is noted with its address.
_STATUS = "Failed to load resource: the server responded with a status of"


class Visitor:
    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        width: int = 1440,
        height: int = 900,
        bears: tuple[int, ...] = (),
        **more: Any,
    ) -> None:
        """`bears`: statuses of answers that this test expects."""
        self.address = address
        self._bears = bears
        self._troubles: list[str] = []
        self._pending = 0
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, **{"reduced_motion": "reduce", "locale": "en-GB", **more}
        )
        self.context.add_init_script(_REPORT)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self._troubles.append(f"page error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("dialog", self._dialog)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.settle()

    def settle(self) -> None:
        """Waits until the page shows what its address asks for."""
        self.page.wait_for_function(_THERE)

    def settle_map(self) -> None:
        """Brings the map into sight and waits until it is drawn."""
        self.page.locator(".map[data-still]").scroll_into_view_if_needed()
        self.page.locator(".map[data-still='true']").wait_for()

    def card(self, title: str) -> Locator:
        return self.page.get_by_role("region", name=title, exact=True)

    def search(self) -> str:
        """What the address asks for, as it stands in the address bar."""
        return self.page.evaluate("location.search")

    def close(self) -> list[str]:
        """All that went wrong."""
        self.context.close()
        return self._troubles

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_STATUS):
            self._troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "blob:", "data:")):
            self._troubles.append(f"request to another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # What is no longer wanted is given up.
        if request.failure != "net::ERR_ABORTED":
            self._troubles.append(f"failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._bears:
            self._troubles.append(f"status {response.status}: {response.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self._troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()
