from __future__ import annotations

from loopspec.benchmarking.memory import blocks_left, peak


def test_what_is_kept_is_left_and_what_is_dropped_is_not() -> None:
    kept: list[object] = []
    blocks_left(lambda: [object() for _ in range(1000)])
    assert abs(blocks_left(lambda: [object() for _ in range(1000)] and None)) < 50
    assert blocks_left(lambda: kept.extend(object() for _ in range(1000))) >= 1000


def test_the_peak_counts_what_is_dropped_too() -> None:
    assert peak(lambda: bytearray(1_000_000) and None) >= 1_000_000
    assert peak(lambda: None) < 100_000
