"""Writes what the front end reads of the program's declarations, so that the two cannot differ.

python frontend/generate.py            write it
python frontend/generate.py --check    say what is not current (also done by `make types`)

Written are the pages' addresses (`domain/page.py`), the capabilities of datasets
(`questions/registry.py`), the titles of a call's fields (`domain/call_field.py`), and the types of the API's answers
(the server's OpenAPI description, through openapi-typescript). Needs the packages of `frontend/`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
_NOTE = "// Written by frontend/generate.py: change the program, then run it.\n"


def addresses() -> str:
    """The pages' addresses in the order in which they are tried."""
    from bluelamp.domain.page import PAGES

    pages = [{"page": page.name, "address": page.address, "fixed": page.fixed} for page in PAGES]
    return f"{_NOTE}export const ADDRESSES = {json.dumps(pages, indent=2)} as const;\n"


def call_fields() -> str:
    """The fields of a call in their order, with what a page calls them."""
    from bluelamp.domain.call_field import CALL_FIELDS

    titles = {field.name: field.title for field in CALL_FIELDS}
    return f"{_NOTE}export const TITLES = {json.dumps(titles, indent=2)} as const;\n"


def capabilities() -> str:
    """What the datasets have, and what of them can be asked, as the API hands it over at /api/v1/datasets."""
    from dataclasses import asdict

    from bluelamp.questions.registry import datasets

    have = {name: asdict(spec.family.capabilities) for name, spec in datasets().items()}
    return f"{_NOTE}export const CAPABILITIES = {json.dumps(have, indent=2)} as const;\n"


def api_types() -> str:
    """The API's shapes in TypeScript."""
    from bluelamp.settings import read_settings
    from bluelamp.web.app import make_app

    with tempfile.TemporaryDirectory() as folder:
        description, types = Path(folder) / "openapi.json", Path(folder) / "openapi.d.ts"
        app = make_app(read_settings({"home": folder}, {})[0])
        description.write_text(json.dumps(app.openapi()))
        words = ["npx", "--no-install", "openapi-typescript", str(description), "-o", str(types)]
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        subprocess.run(words, cwd=HERE, env={**os.environ, "PATH": path}, check=True, capture_output=True)  # noqa: S603
        return types.read_text()


WRITTEN: dict[str, Callable[[], str]] = {
    "src/lib/addresses.generated.ts": addresses,
    "src/lib/capabilities.generated.ts": capabilities,
    "src/live/callFields.generated.ts": call_fields,
    "src/api/openapi.d.ts": api_types,
}


def main() -> None:
    """Write, or check, every file of WRITTEN."""
    stale = [name for name, text in WRITTEN.items() if not _is_current(HERE / name, text())]
    if "--check" in sys.argv and stale:
        sys.exit(f"Not current: {', '.join(stale)}. Run: python frontend/generate.py")
    for name in stale:
        (HERE / name).write_text(WRITTEN[name](), encoding="utf-8")


def _is_current(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    main()
