"""What work leaves behind in memory, and how much it takes at most."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any


def blocks_left(work: Callable[[], Any]) -> int:
    """Blocks of memory that are there after `work` and were not before."""
    gc.collect()
    before = sys.getallocatedblocks()
    work()
    gc.collect()
    return sys.getallocatedblocks() - before


def peak(work: Callable[[], Any]) -> int:
    """Bytes that Python's objects take at most during `work`, beyond those that were there."""
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
