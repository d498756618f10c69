"""The pages: one document for all of them, whose scripts draw what the address says; and the files they are made of.

Used by `app`. The front end is built into `static/` (make front); without it the pages say so and the API works.
"""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import FileResponse, HTMLResponse

from bluelamp.domain.page import page_at
from bluelamp.web.site import Site

_HASHED = re.compile(r"assets/[A-Za-z0-9_.-]{1,200}")
_NOT_BUILT = (
    "<!doctype html><html lang=en-GB><meta charset=utf-8><title>Bluelamp</title><h1>The pages are not built</h1>"
    "<p>The API answers at <a href=/api/v1/site>/api/v1/site</a>. To build the pages: make front.</p></html>"
)


def static_folder() -> Path:
    return Path(str(resources.files("bluelamp.web"))) / "static"


def is_page(site: Site, path: str) -> bool:
    """Whether there is a page at this address; at all others the document comes with status 404."""
    at = page_at(path)
    if at is None:
        # The document stands at the bare name of any dashboard.
        return path[1:] in site.dashboards
    page, parameters = at
    if page.name in ("live", "health", "liveEmbed"):
        return parameters["feed"] in site.live.names()
    if page.name not in ("dashboard", "embed"):
        return True
    dashboard = site.dashboards.get(parameters["dashboard"])
    return dashboard is not None and (
        page.name == "dashboard" or any(card.name == parameters["card"] for card in dashboard.cards)
    )


def page_router(site: Site, folder: Path) -> APIRouter:
    """The files of `folder`, and its document at every other address."""
    router = APIRouter(include_in_schema=False)
    document = folder / "index.html"

    @router.get("/{path:path}", response_class=HTMLResponse)
    def page(path: str) -> Response:
        if file := _file(folder, path):
            kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            return FileResponse(file, headers={"Cache-Control": kept})
        if path.startswith("api/"):
            raise HTTPException(404)
        status = 200 if is_page(site, f"/{path}") else 404
        if path.startswith("assets/"):
            return Response("not found", 404, media_type="text/plain")
        if not document.is_file():
            return HTMLResponse(_NOT_BUILT, status)
        return FileResponse(
            document, status, headers={"Cache-Control": "no-cache"}, media_type="text/html; charset=utf-8"
        )

    return router


def _file(folder: Path, path: str) -> Path | None:
    """A file of the front end by its name: names are data, so only plain ones are looked for."""
    if not _HASHED.fullmatch(path) and not re.fullmatch(
        r"[A-Za-z0-9_-]{1,100}\.(svg|png|ico|txt|webmanifest|geojson|json|js)", path
    ):
        return None
    file = (folder / path).resolve()
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
