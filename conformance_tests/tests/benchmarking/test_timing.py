from __future__ import annotations

import gc

from loopspec.benchmarking.timing import Spread, interleaved


def test_works_are_done_in_turn_and_each_as_often() -> None:
    done: list[str] = []
    found = interleaved(
        {"a": lambda: done.append("a"), "b": lambda: done.append("b")}, rounds=3, enough=0
    )
    # Once each to see how long it takes, then in turn.
    assert done == ["a", "b", *"ababab"]
    assert all(0 < spread.low <= spread.median <= spread.high for spread in found.values())
    assert gc.isenabled()


def test_what_takes_longer_is_seen_to() -> None:
    found = interleaved({"short": lambda: sum(range(10)), "long": lambda: sum(range(10_000))}, 5)
    assert found["long"].median > 5 * found["short"].median


def test_a_spread_is_of_quartiles() -> None:
    assert Spread.of([1, 2, 3, 4, 5]) == Spread(2, 3, 4)
    assert Spread.of([7.0]) == Spread(7.0, 7.0, 7.0)
