"""Homes with the sparse archives in them, loaded as a person would load them, each with its truth and a server."""

from __future__ import annotations

import pickle
from functools import cached_property
from pathlib import Path

import httpx

from bluelamp.cli import exits, main
from bluelamp.settings import read_settings
from bluelamp.synthetic.sparse import BY_NAME, SparseTruth, as_commands, write_sparse
from tests.lib.made_once import MadeOnce
from tests.lib.sparse.truth import Oracle
from tests.lib.web.thread_server import ThreadServer

NAMES = tuple(BY_NAME)


_TRUTH = "truth.pickle"


def _make(name: str, folder: Path) -> None:
    """Write one sparse archive and load it."""
    truth = write_sparse(BY_NAME[name], folder)
    for words in as_commands(truth):
        code = main(["--home", str(folder / "home"), "--quiet", *words])
        # 3: a file was set aside, as its truth says.
        assert code in (exits.DONE, 3), words
    (folder / _TRUTH).write_bytes(pickle.dumps(truth))


class SparseHome:
    """One sparse archive in a home that is only read."""

    def __init__(self, name: str, made_once: MadeOnce) -> None:
        folder = made_once(f"sparse-{name}", lambda folder: _make(name, folder))
        self.name = name
        self.truth: SparseTruth = pickle.loads((folder / _TRUTH).read_bytes())
        self.oracle = Oracle(self.truth)
        self.home = folder / "home"

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

    def __init__(self, made_once: MadeOnce) -> None:
        self._made_once = made_once
        self._made: dict[str, SparseHome] = {}

    def __getitem__(self, name: str) -> SparseHome:
        if name not in self._made:
            self._made[name] = SparseHome(name, self._made_once)
        return self._made[name]

    def close(self) -> None:
        for one in self._made.values():
            one.close()
