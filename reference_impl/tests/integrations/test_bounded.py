import contextvars
import threading
import time

import pytest

from loopspec_reference.integrations.bounded import Bounded

VARIABLE = contextvars.ContextVar("VARIABLE", default="unset")


def test_calls_are_made_in_one_other_thread_in_their_order() -> None:
    bounded, seen = Bounded("tracker x"), []
    for n in range(3):
        bounded.call(lambda n=n: seen.append((n, threading.current_thread().name)), 5)
    assert seen == [(n, "tracker x") for n in range(3)]


def test_a_call_sees_the_context_of_its_caller() -> None:
    seen: list[str] = []
    token = VARIABLE.set("mine")
    Bounded("x").call(lambda: seen.append(VARIABLE.get()), 5)
    VARIABLE.reset(token)
    assert seen == ["mine"]


def test_what_is_raised_comes_back_and_the_next_call_is_made() -> None:
    def leave() -> None:
        raise SystemExit(3)

    bounded, seen = Bounded("x"), []
    with pytest.raises(SystemExit):
        bounded.call(leave, 5)
    bounded.call(lambda: seen.append(1), 5)
    assert seen == [1]


def test_a_call_that_blocks_is_given_up() -> None:
    gate, bounded = threading.Event(), Bounded("x")
    started = time.perf_counter()
    with pytest.raises(TimeoutError, match=r"no answer within 0.05 seconds"):
        bounded.call(gate.wait, 0.05)
    assert time.perf_counter() - started < 5
    gate.set()
