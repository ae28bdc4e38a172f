"""What the common tests need to know of a tracker."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from loopspec_reference.integrations.values import rewrite
from tracking.unavailable import unavailable

Values = dict[tuple[str, int], float]


@dataclass
class Read:
    """What a tracker holds: numbers by name and step, parameters by name, names of artifacts."""

    values: Values
    parameters: dict[str, Any] = field(default_factory=dict)
    artifacts: list[str] = field(default_factory=list)


@dataclass
class Fault:
    """One way in which a tracker fails, made in the real package.

    `environment`, `network` and `disk` are as for `play`; `act` is a function, `module:function`,
    that the job calls at step `at`, or before the trainer is built for 0. `warns`: whether the
    trainer has to say that the tracker is off; some trackers swallow their own failures. `within`:
    seconds that it may take longer than the job without a tracker, once the trainer is built.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    network: str = "none"
    disk: str = ""
    act: str = ""
    at: int = 7
    warns: bool = True
    within: float = 30.0


def full(**environment: str) -> Fault:
    """A small disk, at `{folder}/full`, that is full from the start."""
    return Fault(environment, disk="full", act="tracking.faults:fill", at=0)


@dataclass
class Case:
    """One tracker, or one of the packages that it can be had through.

    `tracker` is what `report_to` calls it, its own name by default; `hidden` are modules that the
    job is to find missing.
    `group` is the environment it is tested in; `needs` are the modules that must be importable;
    `environment` has it run offline, where `{folder}` stands for the folder of the job; `named`
    is its name of a logged number; `exact` is False where it keeps float32.
    `logs`: whether it keeps the numbers that are logged.
    `keeps` and `predicted`: whether it keeps parameters, and the metrics of a prediction.
    `saving`: the environment that makes it keep checkpoints, None if it never does.
    `faults`: by name; those that a tracker cannot have are in `spared` with the reason.
    `inside`: a function, `module:function`, that calls the job where the tracker wants to be.
    `prepare`: makes what must be there before the job starts, in its folder. `leaves`: what it left
    in a folder besides new files, as words.
    `packages`: the distributions whose versions are reported. `arguments`: those of the callback,
    where its name in `report_to` does not do.
    """

    name: str
    group: str
    needs: tuple[str, ...]
    read: Callable[[Path], Read]
    environment: Mapping[str, str] = field(default_factory=dict)
    named: Callable[[str], str] = rewrite
    exact: bool = True
    logs: bool = True
    keeps: bool = True
    predicted: bool = False
    saving: Mapping[str, str] | None = None
    faults: Mapping[str, Fault] = field(default_factory=dict)
    spared: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inside: str = ""
    tracker: str = ""
    hidden: tuple[str, ...] = ()
    prepare: Callable[[Path], None] | None = None
    leaves: Callable[[Path], set[str]] = lambda folder: set()

    @property
    def called(self) -> str:
        """Its name in `report_to`, and in warnings."""
        return self.tracker or self.name

    def require(self) -> None:
        """Skip where the package is missing; fail where it must be there.

        It need not be where the environment was built without it: that is noted, with its reason.
        """
        if reason := unavailable().get(self.name):
            pytest.skip(f"{self.name} is not tested: {reason}")
        if not (lacking := self.lacking()):
            return
        words = f"{self.name} needs {', '.join(lacking)}: make test-integrations"
        if os.environ.get("LOOPSPEC_TRACKERS") == self.group:
            pytest.fail(words)
        pytest.skip(words)

    def lacking(self) -> list[str]:
        """The modules that are missing."""
        return [name for name in self.needs if not _is_there(name)]

    @property
    def how(self) -> str:
        """What is read of it, as the module of its case says it first."""
        words = str(sys.modules[self.read.__module__].__doc__).partition("\n\n")[0]
        return " ".join(words.split()).partition(": ")[2].rstrip(".")

    def job(self, fault: Fault | None = None) -> dict[str, Any]:
        """What a job is told: where it runs, and whether it asks for the tracker by its name or for
        a callback with arguments."""
        job = {"report_to": [self.called], "inside": self.inside, "hidden": self.hidden}
        if fault and fault.act:
            job |= {"act": fault.act, "act_at": fault.at}
        if self.arguments:
            job |= {"report_to": "none", "tracker": self.called, "arguments": dict(self.arguments)}
        return job

    def set_up(self, folder: Path, **more: str) -> dict[str, str]:
        """Prepare the folder; gives its environment for a job in it."""
        if self.prepare:
            self.prepare(folder)
        return {k: v.format(folder=folder) for k, v in {**self.environment, **more}.items()}

    def wanted(self, told: Values) -> Values:
        """What it must hold of what was logged."""
        return {(self.named(name), step): value for (name, step), value in told.items()}


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it is in
        return False
