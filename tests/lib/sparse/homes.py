"""Homes with the sparse archives in them, loaded as a person would load them, each with its truth and a server."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import httpx

from bluelamp.cli import exits, main
from bluelamp.settings import read_settings
from bluelamp.synthetic.sparse import BY_NAME, as_commands, write_sparse
from tests.lib.sparse.truth import Oracle
from tests.lib.web.thread_server import ThreadServer

NAMES = tuple(BY_NAME)


class SparseHome:
    """One sparse archive in a home of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.truth = write_sparse(BY_NAME[name], folder)
        self.oracle = Oracle(self.truth)
        self.home = folder / "home"
        for words in as_commands(self.truth):
            code = main(["--home", str(self.home), "--quiet", *words])
            # 3: a file was set aside, as its truth says.
            assert code in (exits.DONE, 3), words

    @cached_property
    def server(self) -> ThreadServer:
        return ThreadServer(read_settings({"home": self.home, "log_requests": False}, {})[0])

    @cached_property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.url, timeout=60)

    def close(self) -> None:
        if "client" in self.__dict__:
            self.client.close()
        if "server" in self.__dict__:
            self.server.stop()


class SparseHomes:
    """All of them, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, SparseHome] = {}

    def __getitem__(self, name: str) -> SparseHome:
        if name not in self._made:
            self._made[name] = SparseHome(name, self._folder / name)
        return self._made[name]

    def close(self) -> None:
        for one in self._made.values():
            one.close()
