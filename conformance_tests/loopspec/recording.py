"""Running one scenario on one subject, in this process, into a trace."""

from __future__ import annotations

import functools
import itertools
import os
import re
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

from loopspec.faults import AdapterError, Fault
from loopspec.probe import SCRIPTED
from loopspec.recorder import Recorder
from loopspec.scenario import Scenario
from loopspec.subjects.base import Driver, Subject, missing_methods
from loopspec.trace import Line, Outcome, Provenance, Record, Return, Trace

FILE_PREFIX = "loopspec_target_"
"""Before the module name of a target given as a file, where another module has that name already.
A trace leaves it out, as it depends on what else this process has imported."""


@functools.cache
def suite_version() -> str:
    """The version of this suite, `0` when it runs from a bare source tree."""
    try:
        return package_version("loopspec")
    except PackageNotFoundError:
        return "0"


def provenance(subject: Subject) -> Provenance:
    return Provenance(
        subject.name,
        subject.version,
        tuple(sorted(subject.capabilities)),
        suite_version(),
        dict(subject.packages),
        dict(subject.adapted),
    )


def record(
    subject: Subject,
    scenario: Scenario,
    write: Callable[[Line], None] | None = None,
    *,
    rank: int = 0,
    shared: Path | None = None,
) -> Trace:
    """Run `scenario` on `subject`. Nothing that the trainer raises gets out: the outcome holds it.

    Args:
        write: is handed each line when it is there, for a trace that must survive this process.
        rank: which of the processes that play it this one is.
        shared: the folder in which all of them write; one of its own if left out.

    Raises:
        Fault: the scenario is for several processes, and this is none of them.
    """
    if scenario.processes > 1 and shared is None:
        raise Fault(
            f"{scenario.name} is for {scenario.processes} processes: "
            "check() and record_all() play it."
        )
    lines: list[Record | Return] = []

    def keep(line: Record | Return) -> None:
        lines.append(line)
        if write:
            write(line)

    reason = subject.leaves_out(scenario)
    simulated = ([], Outcome("left-out", reason)) if reason else subject.simulate(scenario)
    if simulated is not None:
        for line in simulated[0]:
            keep(line)
        if write:
            write(simulated[1])
        return Trace(scenario, provenance(subject), lines, simulated[1])
    folder = shared or Path(tempfile.mkdtemp(prefix="loopspec-"))

    def kill() -> None:
        if write:
            write(Outcome("killed"))
        os.kill(os.getpid(), signal.SIGKILL)

    recorder = Recorder(
        scenario, keep, subject.observe, subject.callback_base, subject.exportable_base, rank, kill
    )
    with ExitStack() as last:
        if shared is None:
            last.callback(shutil.rmtree, folder, ignore_errors=True)
        outcome = _perform(subject, scenario, recorder, folder, last)
    if write:
        write(outcome)
    return Trace(scenario, provenance(subject), lines, outcome, rank=rank)


def _perform(
    subject: Subject, scenario: Scenario, recorder: Recorder, folder: Path, last: ExitStack
) -> Outcome:
    during = "building"
    try:
        driver = _build(subject, scenario, recorder, folder, last)
        for call in _calls(scenario, recorder.rank):
            during, raised = call, ""
            seen: dict[str, Any] = {}
            recorder.calling()
            if call in ("new", "elsewhere"):
                recorder.renew()
                folder = folder if call == "new" else _beside(folder)
                driver = _build(subject, scenario.anew, recorder, folder, last)
            else:
                seen, raised = _call_or_catch(driver, recorder, scenario, call)
            held = _with_seen(driver.held(), seen)
            recorder.returned(call, raised=raised, **held)
    except SCRIPTED:
        recorder.finish()
        return Outcome("scripted")
    except AdapterError as error:
        recorder.finish()
        return Outcome("adapter-fault", str(error), during=during)
    # SystemExit too: a trainer that ends the program must not end the suite with it.
    except (Exception, SystemExit) as error:
        recorder.finish()
        return Outcome("raised", _in_words(error, folder), _where(error), during)
    return Outcome("completed")


def _calls(scenario: Scenario, rank: int) -> Iterator[str]:
    """What the user calls in this process: all, or up to where the next one begins."""
    left = scenario.calls[scenario.begins(rank) :]
    return itertools.takewhile(lambda call: call != "process", left)


def _beside(folder: Path) -> Path:
    """An empty folder."""
    empty = folder.with_name(f"{folder.name}-elsewhere")
    empty.mkdir()
    return empty


def _build(
    subject: Subject, scenario: Scenario, recorder: Recorder, folder: Path, last: ExitStack
) -> Driver:
    """A trainer of the subject; what it opens is closed at the last."""
    driver = subject.build(scenario, recorder, folder)
    lacking = missing_methods(driver, subject.capabilities)
    if lacking:
        raise AdapterError(lacking)
    last.callback(driver.close)
    recorder.finish()
    recorder.controls = driver
    for callback in recorder.registered("added"):
        _change(driver, recorder, "add", callback.part.name)
    return driver


def _with_seen(held: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
    return {**held, "seen": {**held.get("seen", {}), **seen}} if seen else held


def _call_or_catch(
    driver: Driver, recorder: Recorder, scenario: Scenario, call: str
) -> tuple[dict[str, Any], str]:
    """What was seen of the call; and what a script raised out of it, if the user catches it."""
    try:
        return _call(driver, recorder, call), ""
    except SCRIPTED as error:
        if not scenario.catches:
            raise
        recorder.finish()
        return {}, type(error).__name__


def _call(driver: Driver, recorder: Recorder, call: str) -> dict[str, Any]:
    """Do what the user does; gives what was seen of the value that came back."""
    name, _, argument = call.partition("@" if "@" in call else ":")
    if name in ("add", "remove"):
        _change(driver, recorder, name, argument)
    elif name in ("pop", "pop-class", "remove-class"):
        return _take(driver, recorder, name, argument)
    elif name == "look":
        return recorder.compared(driver.look())
    elif name == "remove-flow":
        driver.remove_flow()
    elif name == "hide":
        driver.hide()
    elif name == "resume" and argument:
        driver.resume(int(argument))
    elif name == "resume":
        driver.resume_newest()
    elif name in ("tear", "lose"):
        driver.damage(argument, gone=name == "lose")
    else:
        getattr(driver, _METHODS[name])()
    return {}


_METHODS = {
    name: name.replace("-", "_")
    for name in ("train", "evaluate", "predict", "push", "save-model", "save-state")
}
"""What a call of no argument is to a driver."""


def _take(driver: Driver, recorder: Recorder, how: str, who: str) -> dict[str, Any]:
    """Pop a callback, or take one out by the class of this one."""
    callback = recorder.callbacks[who]
    gone = who if how == "pop" else recorder.first_of_class(who)
    seen: dict[str, Any] = {}
    if how == "remove-class":
        driver.remove(type(callback))
    else:
        popped = driver.pop(callback if how == "pop" else type(callback))
        name = getattr(getattr(popped, "part", None), "name", type(popped).__name__)
        seen = {"popped": None if popped is None else name}
    if gone is not None:
        recorder.present(gone, False)
    return seen


def _change(driver: Driver, recorder: Recorder, name: str, who: str) -> None:
    (driver.add if name == "add" else driver.remove)(recorder.callbacks[who])
    recorder.present(who, name == "add")


def _in_words(error: BaseException, folder: Path) -> str:
    """The error in one line, without the temporary folder, which differs from run to run."""
    text = " ".join(str(error).split()).replace(str(folder), "FOLDER")
    text = _RUN.sub("FOLDER/runs/RUN", text)  # which TensorBoard names by the time and the machine
    text = _ADDRESS.sub("ADDRESS", text)  # of another process, with a port that is never the same
    return f"{type(error).__name__}: {text}"[:500]


_RUN = re.compile(r"FOLDER/runs/[^\s'\"/]+")
_ADDRESS = re.compile(r"\[?(?:127\.0\.0\.1|::1|localhost)\]?:\d+")


def _where(error: BaseException) -> str:
    """The innermost function that raised, by module: paths differ from machine to machine."""
    frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
    module = str(frame.f_globals.get("__name__", "?")).removeprefix(FILE_PREFIX)
    return f"{module}.{frame.f_code.co_name}, line {line}"
