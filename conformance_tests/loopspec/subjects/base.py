"""What an adapter is: what builds a trainer for a scenario, and the strings to pull on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from loopspec.recorder import Recorder
from loopspec.scenario import Scenario
from loopspec.trace import Outcome, Record, Return
from loopspec.vocabulary import ALONE, Capability, Event


class Driver(ABC):
    """A built trainer, ready to be driven. Each method does what a user of that trainer would."""

    @abstractmethod
    def train(self) -> None: ...

    def resume(self, step: int) -> None:
        """Train on from the checkpoint that was written at `step`."""
        raise NotImplementedError

    def resume_newest(self) -> None:
        """Train on from the newest checkpoint in the output folder, without saying which."""
        raise NotImplementedError

    def damage(self, part: str, *, gone: bool) -> None:
        """Cut the files of the newest checkpoint short that hold its `weights`, its `optimizer` or
        its `state`; or delete them, if they are to be `gone`."""
        raise NotImplementedError

    def when_asked(self, part: str, do: Callable[[], None]) -> None:
        """Call `do` when somebody asks for the `weights` or the state of the `optimizer`, as is
        done to write a checkpoint."""
        raise NotImplementedError

    def evaluate(self) -> None:
        raise NotImplementedError

    def predict(self) -> None:
        raise NotImplementedError

    def save_model(self) -> None:  # noqa: B027  # not every trainer has it
        """Write the model to the output folder, where the trainer has a method for that."""

    def save_state(self) -> None:  # noqa: B027  # not every trainer has it
        """Write the state to the output folder, where the trainer has a method for that."""

    def push(self) -> None:
        """Upload what was trained, to a stand-in of the hub: nothing may leave the machine."""
        raise NotImplementedError

    def log(self, logs: dict[str, Any]) -> None:
        raise NotImplementedError

    def add(self, callback: object) -> None:
        raise NotImplementedError

    def remove(self, callback: object) -> None:
        raise NotImplementedError

    def pop(self, callback: object) -> object:
        """Take out a callback, or the first one of a class, and give it back; None if there is
        none."""
        raise NotImplementedError

    def remove_flow(self) -> None:
        """Remove the callback that asks for what the strategies make due."""
        raise NotImplementedError

    def demote(self) -> None:
        """Let the state say that this process is not the main one, neither here nor of all."""
        raise NotImplementedError

    def hide(self) -> None:
        """Remove the display."""
        raise NotImplementedError

    def look(self) -> dict[str, object]:
        """What the trainer holds of that which callbacks are given: `model`, `args`, `state`."""
        return {}

    def held(self) -> dict[str, Any]:
        """What the trainer holds after a call: the fields `step`, `flags`, `history`, `seen` of a
        `Return`, as far as there are such things."""
        return {}

    def close(self) -> None:  # noqa: B027  # most have nothing open
        """The scenario is over, and its folder is about to go: let go of what is open there."""


_METHODS = {
    Capability.EVALUATION: ("evaluate",),
    Capability.PREDICTION: ("predict",),
    Capability.RESUME: ("resume",),
    Capability.CRASHES: ("resume_newest", "damage", "when_asked"),
    Capability.PUSHING: ("push",),
    Capability.LOGGING: ("log",),
    Capability.REGISTRATION: ("add", "remove", "pop"),
    Capability.DEFAULT_FLOW: ("remove_flow",),
    Capability.DISPLAY: ("demote", "hide"),
}
"""The methods that a driver is to have for what its subject declares."""


def missing_methods(driver: object, declared: Iterable[Capability]) -> str:
    """What a driver lacks of that which its subject declares, in a sentence; empty if nothing."""
    if not isinstance(driver, Driver):
        made = type(driver).__name__
        return f"build() gave back {made}, no loopspec.Driver. Does it return the driver?"
    kind = type(driver)
    lacking = {
        capability: [f"{n}()" for n in names if getattr(kind, n) is getattr(Driver, n)]
        for capability, names in _METHODS.items()
        if capability in declared
    }
    told = [f"{', '.join(names)} for {what}" for what, names in lacking.items() if names]
    if not told:
        return ""
    return (
        f"{kind.__name__} lacks {'; '.join(told)}. Write what is missing, or do not declare the "
        "capability."
    )


class Subject(ABC):
    """A trainer under test.

    Attributes:
        name: what the report calls it.
        capabilities: what it declares to have; rules and scenarios that need more are left out.
        known_deviations: a file of known deviations that comes with it, if any.
        inherits_deviations: whether that file is another trainer's, from which this one derives;
            an entry that does not fit any more is no fault then.
        adapted: what the adapter does in the trainer's place, or leaves out, each with a sentence
            about it: the rules that hang on it are not applicable (`loopspec.adapted` lists them).
    """

    name: str
    capabilities: frozenset[Capability] = ALONE
    known_deviations: Path | None = None
    inherits_deviations: bool = False
    adapted: Mapping[str, str] = {}

    @property
    def version(self) -> str:
        """The version of the package that the trainer comes from."""
        return "unknown"

    @property
    def packages(self) -> Mapping[str, str]:
        """The versions of what it runs on."""
        return {}

    @property
    def callback_base(self) -> type:
        """The class that callbacks of this trainer derive from."""
        return object

    @property
    def exportable_base(self) -> type | None:
        """The class that a callback derives from besides if checkpoints are to store its state."""
        return None

    def leaves_out(self, scenario: Scenario) -> str:
        """What the scenario asks for that this trainer has nothing of, where no capability says so:
        it is not played then, and the report tells why. Empty for one that can be played."""
        return ""

    @abstractmethod
    def build(self, scenario: Scenario, recorder: Recorder, folder: Path) -> Driver:
        """Build the trainer for `scenario`, with the recorder's callbacks registered, writing to
        `folder` only. Construction is call 0 of the trace: `on_init_end` is recorded here."""

    def simulate(self, scenario: Scenario) -> tuple[list[Record | Return], Outcome] | None:
        """The trace of a subject that runs no trainer; None, and `build` is asked for one."""
        return None

    def observe(self, event: Event, keywords: Mapping[str, Any]) -> dict[str, Any]:
        """What to add to the record of an event as `seen`."""
        return {}
