from __future__ import annotations

import sys
import threading

import pytest

from loopspec.benchmarking.counting import Counts, count, count_bytecodes, count_calls


def _leaf(number: int) -> int:
    return number + 1


def _work() -> None:
    for number in range(5):
        _leaf(number)
    len("abc")


def test_calls_are_those_of_python_and_of_c() -> None:
    assert count_calls(_work) == (6, 1)


def test_bytecodes_belong_to_the_function_that_takes_them() -> None:
    found = count_bytecodes(_work)
    here = __name__
    assert set(found) == {f"{here}:_work", f"{here}:_leaf"}
    once = count_bytecodes(lambda: _leaf(0))[f"{here}:_leaf"]
    assert found[f"{here}:_leaf"] == 5 * once > 0


def test_the_same_work_counts_the_same_with_a_busy_neighbour() -> None:
    quiet = count(_work)
    stop = threading.Event()
    busy = threading.Thread(target=lambda: [None for _ in iter(stop.is_set, True)])
    busy.start()
    try:
        assert count(_work) == quiet
    finally:
        stop.set()
        busy.join()


def test_a_tracer_that_was_there_is_put_back() -> None:
    def tracer(frame: object, kind: str, argument: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        count(_work)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


def test_a_work_that_fails_leaves_nothing_behind() -> None:
    before = sys.getprofile(), sys.gettrace()
    with pytest.raises(ZeroDivisionError):
        count_calls(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        count_bytecodes(lambda: 1 / 0)
    assert (sys.getprofile(), sys.gettrace()) == before


def test_less() -> None:
    assert Counts(30, 20, 100).less(Counts(10, 10, 50), 10) == Counts(2, 1, 5)
