"""Runs a command as a whole and measures wall time, processor time and the peak memory of all its processes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_EVERY = 0.1


@dataclass(frozen=True)
class Measured:
    """`wall` and `cpu` in seconds; `pss` is the largest sum over all processes at one moment, in MB."""

    wall: float
    cpu: float
    pss: float
    output: str


def run(command: Sequence[str], **environment: str) -> Measured:
    """Run a command to its end. Raises CalledProcessError where it fails (3, done in part, is no failure)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    peak = _Peak(process.pid)
    peak.start()
    output, errors = process.communicate()
    wall = time.perf_counter() - began
    peak.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 3):
        sys.stderr.write(errors)
        raise subprocess.CalledProcessError(process.returncode, command, output, errors)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(wall, cpu, peak.megabytes, output)


class _Peak(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self.megabytes = 0.0

    def run(self) -> None:
        while not self._over.wait(_EVERY):
            self.megabytes = max(self.megabytes, self._now())

    def stop(self) -> None:
        self._over.set()
        self.join()

    def _now(self) -> float:
        total = 0
        try:
            processes = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return 0.0
        for process in processes:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
        return total / 1e6
