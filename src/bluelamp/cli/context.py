"""What the global options say, for every command of one run. Made by `app`, reached through `options.context_of`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.cli.console import Console

if TYPE_CHECKING:
    from bluelamp.settings import Settings


class Context:
    """What the global options say; commands reach it through the context's `obj`. One for each run."""

    def __init__(self) -> None:
        self.home: Path | None = None
        self.console = Console()
        self.debug = bool(os.environ.get("BLUELAMP_DEBUG"))
        # Runs another command within this one; the root sets it, because only the root knows them all.
        self.run: Callable[[Sequence[str]], int] | None = None
        # A command that only a signal ends, and that ends well by it.
        self.endless = False
        self._settings: tuple[Settings, dict[str, str]] | None = None

    @property
    def settings(self) -> Settings:
        return self.settings_with_origins[0]

    @property
    def settings_with_origins(self) -> tuple[Settings, dict[str, str]]:
        if self._settings is None:
            from bluelamp.settings import read_settings

            self._settings = read_settings({"home": self.home})
        return self._settings
