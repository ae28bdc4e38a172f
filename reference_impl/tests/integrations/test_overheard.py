"""Failures that a package tells nobody."""

from __future__ import annotations

import logging
import sys
import threading
import types

import pytest

from loopspec_reference.integrations.overheard import Overheard


def package(name: str) -> types.ModuleType:
    """A package whose function raises."""
    made = types.ModuleType(name)
    exec("def fail(): raise OSError('disk full')", made.__dict__)
    return made


def fail_in_thread(name: str) -> None:
    thread = threading.Thread(target=package(name).fail)
    thread.start()
    thread.join()


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> Overheard:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    return Overheard("loud", "as the default")


def test_errors_that_are_logged_are_raised_once(overheard: Overheard) -> None:
    overheard.start()
    logging.getLogger("loud.inner").warning("not this")
    logging.getLogger("other").error("nor this")
    overheard.check()
    logging.getLogger("loud.inner").error("cannot send %d", 3)
    with pytest.raises(RuntimeError, match="cannot send 3"):
        overheard.check()
    overheard.check()
    overheard.stop()


def test_exceptions_that_are_logged_and_certain_warnings_are_raised(overheard: Overheard) -> None:
    overheard.start()
    try:
        package("loud").fail()
    except OSError:
        logging.getLogger("loud").warning("going on", exc_info=True)
    with pytest.raises(RuntimeError, match="OSError: disk full"):
        overheard.check()
    logging.getLogger("loud").warning("Canada as the default value")
    with pytest.raises(RuntimeError, match="Canada"):
        overheard.check()
    overheard.stop()


def test_exceptions_that_end_threads_are_raised(overheard: Overheard) -> None:
    overheard.start()
    fail_in_thread("other")
    overheard.check()
    fail_in_thread("loud.inner")
    with pytest.raises(RuntimeError, match="OSError: disk full"):
        overheard.check()
    overheard.stop()


def test_nothing_is_heard_before_and_after(overheard: Overheard) -> None:
    before = threading.excepthook
    for listen in (overheard.start, overheard.stop):
        listen()
    assert threading.excepthook is before
    logging.getLogger("loud").error("too late")
    overheard.check()
    assert not logging.getLogger("loud").handlers
    assert "loud" not in sys.modules
