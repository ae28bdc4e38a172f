from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from loopspec_reference import TrainerCallback, ending


def test_sigterm_is_an_exception_as_long_as_it_lasts() -> None:
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    with pytest.raises(SystemExit) as caught, ending.on_sigterm():
        os.kill(os.getpid(), signal.SIGTERM)
    assert caught.value.code == 143
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_who_handles_it_already_goes_on_doing_so() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        with ending.on_sigterm():
            os.kill(os.getpid(), signal.SIGTERM)
        assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_who_takes_it_over_meanwhile_keeps_it() -> None:
    try:
        with ending.on_sigterm():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def test_another_thread_trains_without_it(build: Callable[..., Any]) -> None:
    seen: list[Any] = []

    class Looks(TrainerCallback):
        def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=build(callbacks=[Looks()]).train)
    thread.start()
    thread.join()
    build(callbacks=[Looks()]).train()
    assert seen[0] is signal.SIG_DFL
    assert seen[1] is not signal.SIG_DFL
