"""Repeatable chance. Every file of the twin is a pure function of its name, so draws are hashes, not a sequence.

A draw is the hash of a key (what is asked about) and an index (which row): any subset of the rows of any month can
be made again without the rest. That is how an outcome finds its crime of two years ago.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Indices = NDArray[np.int64]

_MASK = (1 << 64) - 1
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_11, _27, _30, _31, _32 = (np.uint64(bits) for bits in (11, 27, 30, 31, 32))


def key(*parts: int | str) -> int:
    """A 64-bit key of the parts, the same on every machine."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def words(of: int | Words, index: NDArray[np.integer]) -> Words:
    """One 64-bit word per index under a key, or under one key each: the splitmix64 finaliser."""
    state = index.astype(np.uint64)
    state *= _STEP
    state += np.uint64(of & _MASK) if isinstance(of, int) else of
    # The key is added, not mixed: two rounds keep neighbouring keys apart.
    state ^= state >> _30
    state *= _FIRST
    state ^= state >> _27
    state *= _SECOND
    state ^= state >> _31
    state += _STEP
    state ^= state >> _30
    state *= _FIRST
    state ^= state >> _27
    return state


def below(drawn: Words, limit: int) -> Indices:
    """Whole numbers from 0 to limit - 1 out of the upper half of each word."""
    return ((drawn >> _32) * np.uint64(limit) >> _32).astype(np.int64)


def bits(drawn: Words, start: int, count: int) -> Indices:
    """`count` bits of each word from bit `start` up, as whole numbers."""
    return (drawn >> np.uint64(start) & np.uint64((1 << count) - 1)).astype(np.int64)


def fractions(drawn: Words) -> NDArray[np.float64]:
    """Numbers from 0 up to 1 out of the words."""
    found: NDArray[np.float64] = (drawn >> _11).astype(np.float64) * 2.0**-53
    return found


def fraction(*parts: int | str) -> float:
    """One number from 0 up to 1 for the parts."""
    return key(*parts) / (1 << 64)


def generator(*parts: int | str) -> np.random.Generator:
    """An ordinary generator for what is made once and whole, such as a local authority."""
    return np.random.Generator(np.random.PCG64(key(*parts)))
