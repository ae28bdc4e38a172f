"""What every translation of a foreign protocol owns, whatever the framework.

A framework calls its own callbacks, and each of those tells one callback of this protocol (`Run.
tell`). So who is called, when and in which order is the framework's doing. What a callback is given
besides comes from the `Run`, which all of them share: the arguments, a state that has `global_step`
and no field which the framework has no counterpart of, and a control.
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from loopspec.known import bundled_known
from loopspec.recorder import Recorder
from loopspec.scenario import EarlyStopping, Scenario
from loopspec.subjects.base import Driver, Subject
from loopspec.subjects.hf_driver import quiet
from loopspec.vocabulary import Capability, Event, Flag

Tell = Callable[..., None]
"""Tells one callback of an event: `tell(Event.STEP_END)`, `tell(Event.EVALUATE, metrics=...)`."""


class Control:
    """The flags that callbacks see. A framework that has such a flag itself puts a property in its
    place (`linked`). None has a counterpart to the three requests, which nobody reads."""

    should_training_stop: Any = False
    should_epoch_stop: Any = False
    should_save = should_evaluate = should_log = False

    def __init__(self, trainer: Any) -> None:
        self.trainer = trainer

    def __copy__(self) -> Control:
        """Another control of the same trainer, for a callback that returns a new one."""
        return type(self)(self.trainer)


def linked(read: Callable[[Any], object], stop: Callable[[Any], object]) -> Any:
    """A flag that is the framework's own: read from the trainer, and raised by its own means. To
    lower it is not foreseen by any of them."""

    def raise_it(control: Control, value: bool) -> None:
        if value:
            stop(control.trainer)

    return property(lambda control: bool(read(control.trainer)), raise_it)


class State:
    """The state that callbacks are given."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    @property
    def global_step(self) -> int:
        return self._count()


class Run:
    """What the callbacks of one trainer share, and what is done before and after each is told.

    Args:
        scenario: given to the callbacks as `args`.
        model: the module that trains, with `passes`, how often it went forward in training, and
            `measured`, how often in validation.
        count: the framework's own count of steps; if it has none, passes of a run are counted.
    """

    def __init__(
        self, scenario: Scenario, model: Any, count: Callable[[], int] | None = None
    ) -> None:
        self.args, self.model = scenario, model
        self.state = State(count or (lambda: int(self.model.passes) - self._passed))
        self.control = Control(None)
        self.callbacks: Sequence[Any] = ()
        self._passed = 0

    def telling(self, callbacks: Sequence[Any]) -> list[Tell]:
        """For each callback what tells it, to be wrapped in a callback of the framework."""
        self.callbacks = callbacks
        return [functools.partial(self.tell, callback) for callback in callbacks]

    def hooked(
        self,
        callbacks: Sequence[Any],
        wrap: Callable[[Tell], Any],
        stopping: Callable[[EarlyStopping], Any],
    ) -> list[Any]:
        """The callbacks of the framework: its early stopping, if the scenario asks for it, and one
        that tells each of `callbacks`."""
        wanted = self.args.early_stopping
        first = [stopping(wanted)] if wanted else []
        return [*first, *map(wrap, self.telling(callbacks))]

    def tell(self, callback: Any, event: Event, **keywords: Any) -> None:
        if callback is self.callbacks[0]:
            self.before(event)
        method = getattr(callback, event, None)
        if method is not None:
            method(self.args, self.state, self.control, model=self.model, **keywords)
        self.obey(event)

    def before(self, event: Event) -> None:
        """Lower the flags that are the adapter's, and begin to count anew."""
        if event is Event.TRAIN_BEGIN:
            self._passed = int(self.model.passes)
            self.model.measured = 0  # Keras goes forward once to learn shapes
            self.control.should_training_stop = False
        if event is Event.EPOCH_BEGIN:
            self.control.should_epoch_stop = False

    def obey(self, event: Event) -> None:
        """Hand the flags to the framework, where it has no flags that are linked."""


class ForeignDriver(Driver):
    """Drives a trainer that was assembled."""

    def __init__(
        self, run: Run, train: Callable[[], object], evaluate: Callable[[], object] | None = None
    ) -> None:
        self.run, self._train, self._evaluate = run, train, evaluate

    def train(self) -> None:
        with quiet():
            self._train()

    def evaluate(self) -> None:
        if self._evaluate is None:
            super().evaluate()
        else:
            with quiet():
                self._evaluate()

    def held(self) -> dict[str, Any]:
        flags = "".join(flag for flag in Flag if getattr(self.run.control, flag.field))
        return {"step": self.run.state.global_step, "flags": flags}


_WITHOUT_COUNTERPART: Mapping[str, Callable[[Scenario], object]] = {
    "epochs are whole": lambda s: s.num_train_epochs != int(s.num_train_epochs),
    "its length is told in epochs": lambda s: s.max_steps > 0,
    "evaluates by the epoch": lambda s: s.eval_strategy == "steps" or s.eval_delay,
    "one evaluation set": lambda s: s.eval_sets,
    "no evaluation from a callback": lambda s: s.asks("evaluate"),
}


class ForeignSubject(Subject):
    """A trainer with another protocol. A subclass has one framework and its translation.

    Attributes:
        distribution: the name under which the framework is installed.
        without: what it does itself, unlike the others (of `ADAPTED`).
        counterparts: the scenarios that ask for more than it has, by what it has instead.
    """

    distribution: str
    capabilities = frozenset({Capability.EPOCHS, Capability.TRAINING_STOP, Capability.EVALUATION})
    without: frozenset[str] = frozenset()
    counterparts: Mapping[str, Callable[[Scenario], object]] = _WITHOUT_COUNTERPART

    def __init__(self) -> None:
        self.known_deviations = bundled_known(self.name)
        common = {name: how for name, how in ADAPTED.items() if name not in self.without}
        self.adapted = {**common, **self.adapted}

    @property
    def version(self) -> str:
        return _version(self.distribution)

    @property
    def packages(self) -> Mapping[str, str]:
        return {"torch": _version("torch")}

    def leaves_out(self, scenario: Scenario) -> str:
        return next((why for why, asks in self.counterparts.items() if asks(scenario)), "")

    @abstractmethod
    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        """Build the trainer for `scenario`, with a callback of the framework for each of
        `callbacks`, and its own early stopping before them if the scenario asks for that. It
        validates once an epoch where the scenario evaluates, and writes to `folder` only."""

    def build(self, scenario: Scenario, recorder: Recorder, folder: Path) -> Driver:
        import torch

        from loopspec.subjects.tiny_torch import Watch

        torch.manual_seed(0)
        torch.set_num_threads(1)
        self._watch = Watch()
        with quiet():
            return self.assemble(scenario, recorder.registered("instance"), folder)

    def observe(self, event: Event, keywords: Mapping[str, Any]) -> dict[str, Any]:
        return self._watch.look(keywords["model"])


ADAPTED = {
    "on_init_end": "No hook ends the construction of a trainer.",
    "on_log": "Logs are no event: what is logged goes to a logger or a history.",
    "epoch": "Epochs are counted in whole numbers; no fraction tells where in one a step is.",
    "strategies": "The adapter gives a set to validate each epoch on, or none.",
    "state": "The state has global_step alone, as there are no such fields, or elsewhere.",
}
"""What none of the frameworks has, unless its own table says otherwise."""


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
