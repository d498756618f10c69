"""The streams' tests take their changes from the feed in memory, which the live flow's tests hold to be right."""

from __future__ import annotations
