"""A scenario: one tiny, fully determined training job, and what its scripted callbacks do.

A scenario is data. The adapter of a subject builds the job from it; the machine predicts its
trace. The names of the arguments are those of transformers' `TrainingArguments`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from loopspec.vocabulary import Capability, Event, Flag

Strategy = Literal["no", "steps", "epoch", "best"]
Metric = float | Literal["nan", "inf", "-inf"] | None
"""One scripted value of the metric `score`; None leaves the metric out of that evaluation."""


FIRST, LAST = "first", "last"
"""The names of the two callbacks that only watch, ahead of and behind the scripted ones."""


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a scripted callback does when `event` comes at `step`.

    An act is found by event and global step, never by the n-th call, which would shift when a
    trainer fires an event once more.
    """

    event: Event
    step: int | None = None
    """The global step at which to act; None for any."""
    raises: str = ""
    """Letters of the flags to set (see `Flag`)."""
    lowers: str = ""
    """Letters of the flags to clear."""
    gives: Literal["none", "same", "new", "junk"] = "none"
    """What to return: nothing, the control passed in, a new control, or something else (`"x"`)."""
    does: Literal[
        "",
        "evaluate",
        "log",
        "add",
        "remove",
        "fail",
        "interrupt",
        "tune",
        "demote",
        "put",
        "patch",
        "kill",
    ] = ""
    """Evaluate or log through the trainer, add or remove the callback `whom`, raise, raise what
    Ctrl-C raises, set a field of the state, have it say that this is not the main process, put a
    value into the `logs` or `metrics` of this event, replace the method of this event on the
    callback `whom` by another one that calls it, or kill the process (SIGKILL): at once, when a
    checkpoint next asks for `whom`, or when the next `old` one is half deleted."""
    whom: str = ""
    """The callback that `does` is about; for `log` and `put`, the key (with `value`, and with 1);
    for `tune`, the field and its value (`"save_steps=2"`); for `kill`, a part of a checkpoint: the
    `weights`, the `optimizer`, or the `states` of callbacks; or an `old` one."""
    value: float | str | list[str] = 1.0
    times: int = 1
    """How often at most; 0 for every time."""
    rank: int | None = None
    """The process that it is done in; None for each of them."""

    def __str__(self) -> str:
        at = "" if self.step is None else f"@{self.step}"
        what = [f"sets {Flag(letter).field}" for letter in self.raises]
        what += [f"clears {Flag(letter).field}" for letter in self.lowers]
        if self.does:
            said = "" if self.value == 1.0 else f" = {self.value!r}"
            while_saving = self.does == "kill" and self.whom
            form = _KILLS.get(self.whom, "kill-while-saving") if while_saving else self.does
            what.append(_DOES[form].format(self.whom + said, rank=self.rank))
        if self.gives != "none":
            what.append(_GIVES[self.gives])
        often = {0: " every time", 1: ""}.get(self.times, f" {self.times} times")
        alone = "" if self.rank is None or self.does == "kill" else f" in process {self.rank} alone"
        return f"{self.event}{at} {' and '.join(what) or 'does nothing'}{often}{alone}"


_DOES = {
    "evaluate": "calls evaluate()",
    "log": "calls log() with {}",
    "add": "adds {}",
    "remove": "removes {}",
    "demote": "says that this is not the main process",
    "fail": "raises",
    "interrupt": "raises KeyboardInterrupt",
    "tune": "sets state.{}",
    "put": "puts {} into what it is given",
    "patch": "replaces this method of {}",
    "kill": "kills process {rank}",
    "kill-while-saving": "has process {rank} killed when a checkpoint asks for the {}",
    "kill-while-deleting": "has process {rank} killed when an {} checkpoint is half deleted",
}
_KILLS = {"old": "kill-while-deleting"}
_GIVES = {"same": "returns control", "new": "returns a new control", "junk": 'returns "x"'}


class Scripted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A callback with a part to play. It also reports each call of it to the recorder."""

    name: str
    acts: tuple[Act, ...] = ()
    given: Literal["instance", "class", "added", "spare"] = "instance"
    """How it is registered: in `callbacks=` as an instance or a class, by `add_callback` before
    the first call of `calls`, or not at all until another callback adds it."""

    twin: str = ""
    """The callback whose class it shares."""
    heir: str = ""
    """The callback from whose class its own class derives."""
    bare: bool = False
    """Whether it has no base class, and no method but those that it acts in."""
    stateful: bool = False
    """Whether it counts the steps that it sees end, and lets checkpoints store the number."""

    def has(self, event: Event) -> bool:
        """Whether it has a method for this event."""
        return not self.bare or any(act.event is event for act in self.acts)

    def __str__(self) -> str:
        words = [self.given] * (self.given != "instance") + ["stateful"] * self.stateful
        words += ["bare"] * self.bare
        words += [f"of the class of {self.twin}"] * bool(self.twin)
        words += [f"of a subclass of that of {self.heir}"] * bool(self.heir)
        form = f" ({', '.join(words)})" if words else ""
        return f"{self.name}{form}: " + ("; ".join(map(str, self.acts)) or "only watches")


class EarlyStopping(msgspec.Struct, frozen=True):
    """The arguments of the subject's own early-stopping callback."""

    patience: int = 1
    threshold: float = 0.0


class Scenario(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job. Loss of the k-th training micro-batch is `k`, of every evaluation batch 0.5; of
    several processes, the one of rank r has losses that are greater by r."""

    name: str
    shows: tuple[str, ...] = ()
    """The rules that this scenario is there for."""
    may_raise: bool = False
    """Whether a trainer may answer with an exception, because the script asks for nothing legal."""
    catches: bool = False
    """Whether the user catches what a script raised out of a call, and goes on with the next."""
    world: int = 1
    """How many processes train together."""
    apart: bool = False
    """Whether each of them has an output folder of its own, as on machines without a common disk:
    so it is seen who writes what."""
    lingers: bool = False
    """Whether the main one lingers over its first checkpoint: long enough for another one that does
    not wait for it to come to on_save."""
    train_batches: int = 3
    """Micro-batches in one epoch, of each process."""
    eval_batches: int = 2
    """Batches of one evaluation set, of each process; 0 for no evaluation set."""
    eval_sets: tuple[str, ...] = ()
    """Names of several evaluation sets; empty for a single one."""
    metrics: tuple[Metric, ...] = ()
    """`score` at the k-th evaluation; the last value repeats."""
    metric_name: str = "score"
    """Another name for that metric."""
    callbacks: tuple[Scripted, ...] = ()
    early_stopping: EarlyStopping | None = None
    calls: tuple[str, ...] = ("train",)
    """What the user calls in turn: train, evaluate, predict, push, save-model, save-state,
    resume@STEP, remove:NAME, add:NAME,
    pop:NAME, pop-class:NAME and remove-class:NAME by the class of NAME, remove-flow for the default
    flow, hide for the display, look to compare what the trainer holds with what callbacks were
    given last, and `new`: from then on there is a new trainer, with new callbacks and a new model,
    on the same output folder, as in a new process. `process` is another process that begins when
    the one before has ended, however it did, on the same output folder; there may be `resume`, from
    the newest checkpoint, tear:PART and lose:PART to damage the newest or take a part of it away
    (`weights`, `optimizer`, `state`), and `elsewhere` for a new trainer on an empty folder."""
    resumed_with: dict[str, Any] = {}
    """Arguments that are other ones for the trainer that `new` makes."""
    display: Literal["", "printer", "progress"] = ""
    """Which display is asked for by `disable_tqdm`, and its output watched; empty: nobody looks."""
    max_str_len: int | None = None
    """The `max_str_len` of the progress display; None for its default."""

    report_to: tuple[str, ...] | str = ()
    """The trackers to report to, by name, or `all`, or `none`; with `default` the argument is left
    out, with `null` it is None."""
    lacks: Literal["", "package", "room"] = ""
    """What TensorBoard does not find: its package, while the trainer is built, or room for files in
    the output folder."""

    num_train_epochs: float = 2
    max_steps: int = -1
    gradient_accumulation_steps: int = 1
    lr_scheduler_type: Literal["constant", "linear"] = "constant"
    logging_strategy: Strategy = "no"
    logging_steps: float = 500
    logging_first_step: bool = False
    eval_strategy: Strategy = "no"
    eval_steps: float = 500
    eval_delay: float = 0
    eval_on_start: bool = False
    save_strategy: Strategy = "no"
    save_steps: float = 500
    save_total_limit: int | None = None
    load_best_model_at_end: bool = False
    restore_callback_states_from_checkpoint: bool = False
    ignore_data_skip: bool = False
    metric_for_best_model: str | None = None
    greater_is_better: bool | None = None

    def arguments(self) -> dict[str, Any]:
        """The fields of `TrainingArguments`, by their names there."""
        return {name: getattr(self, name) for name in _ARGUMENTS}

    @property
    def anew(self) -> Scenario:
        """The same scenario with the arguments that it has after `new`."""
        return msgspec.structs.replace(self, **self.resumed_with) if self.resumed_with else self

    @property
    def tracks(self) -> bool:
        """Whether trackers have a part in it."""
        return bool(self.report_to) or "report_to" in self.resumed_with

    def needs(self) -> frozenset[Capability]:
        """The capabilities without which a subject cannot run this scenario."""
        return frozenset(
            capability
            for capability, test in _NEEDS.items()
            if test(self) or (self.resumed_with and test(self.anew))
        )

    @property
    def lives(self) -> list[int]:
        """Of each process that plays it after another one has ended, the number of the call that
        began it; 0 for the first one."""
        return [0, *(n for n, call in enumerate(self.calls, 1) if call == "process")]

    @property
    def in_turn(self) -> bool:
        """Whether processes play it one after the other."""
        return len(self.lives) > 1

    def begins(self, rank: int) -> int:
        """The number of the call before the first one of this process."""
        return self.lives[rank] if self.in_turn else 0

    @property
    def processes(self) -> int:
        """How many play it, beside each other or one after the other."""
        return max(self.world, len(self.lives))

    @property
    def parts(self) -> tuple[Scripted, ...]:
        """All callbacks that a recorder makes, in the order of their registration."""
        return (Scripted(FIRST), *self.callbacks, Scripted(LAST))

    @property
    def acts(self) -> list[Act]:
        """All acts of all callbacks."""
        return [act for callback in self.callbacks for act in callback.acts]

    @property
    def twins(self) -> set[str]:
        """The callbacks of which there is another one of the same class."""
        return {n for part in self.callbacks if part.twin for n in (part.name, part.twin)}

    def of_class(self, name: str) -> set[str]:
        """The callbacks that are instances of the class of this one."""
        shared = next((c.twin for c in self.callbacks if c.name == name and c.twin), name)
        near = [c.name for c in self.callbacks if c.heir == shared and not c.twin]
        twins = {c.name for c in self.callbacks if c.twin == shared}
        return {shared, *twins}.union(*map(self.of_class, near))

    @property
    def without_flow(self) -> bool:
        """Whether the user takes the default flow away, so that no strategy is served."""
        return "remove-flow" in self.calls

    @property
    def raised(self) -> str:
        """The letters of all flags that a callback sets somewhere."""
        return "".join(act.raises for act in self.acts)

    def asks(self, what: str) -> bool:
        """Whether a callback does this (see `Act.does`) somewhere."""
        return any(act.does == what for act in self.acts)

    def __str__(self) -> str:
        """The whole scenario in one line: what differs from a plain job."""
        job = f"{self.num_train_epochs:g} epochs of {self.train_batches} batches"
        parts = (
            [job]
            if self.max_steps < 0
            else [f"max_steps {self.max_steps}, epochs of {self.train_batches} batches"]
        )
        if self.world > 1:
            folders = " with folders of their own" if self.apart else ""
            slow = ", the main one slow to save" if self.lingers else ""
            parts.insert(0, f"{self.world} processes{folders}{slow}")
        plain = Scenario(name="")
        for name in _ARGUMENTS[2:]:
            value = getattr(self, name)
            if value != getattr(plain, name):
                parts.append(f"{name}={value:g}" if type(value) is float else f"{name}={value}")
        if self.metrics:
            parts.append(
                f"{self.metric_name} "
                + " ".join("-" if m is None else str(m) for m in self.metrics)
            )
        if self.eval_sets:
            parts.append(f"evaluation sets {', '.join(self.eval_sets)}")
        if self.eval_batches != plain.eval_batches:
            parts.append(f"evaluation of {self.eval_batches}")
        if self.catches:
            parts.append("what a script raises is caught")
        if self.display:
            longest = f" (max_str_len {self.max_str_len})" if self.max_str_len else ""
            parts.append(f"shown by {self.display}{longest}")
        if self.early_stopping:
            wanted = self.early_stopping
            parts.append(
                f"early stopping (patience {wanted.patience}, threshold {wanted.threshold:g})"
            )
        parts += [str(callback) for callback in self.callbacks]
        if self.report_to:
            to = self.report_to
            parts.append("report_to " + (to if isinstance(to, str) else ", ".join(to)))
        if self.lacks:
            parts.append(f"no {self.lacks} for TensorBoard")
        if self.calls != ("train",):
            parts.append("calls " + ", ".join(self.calls))
        if self.resumed_with:
            changed = ", ".join(f"{name}={value}" for name, value in self.resumed_with.items())
            parts.append(f"after new {changed}")
        return f"{self.name}: " + " | ".join(parts)


_ARGUMENTS = tuple(
    Scenario.__struct_fields__[Scenario.__struct_fields__.index("num_train_epochs") :]
)

_NEEDS: dict[Capability, Callable[[Scenario], bool]] = {
    Capability.ARGUMENTS: lambda s: not s.eval_steps or s.lr_scheduler_type != "constant",
    Capability.EPOCHS: lambda s: s.num_train_epochs > 1,
    Capability.ACCUMULATION: lambda s: s.gradient_accumulation_steps > 1,
    Capability.LOGGING: lambda s: (
        s.logging_strategy != "no" or s.logging_first_step or s.asks("log")
    ),
    Capability.EVALUATION: lambda s: (
        s.eval_strategy != "no"
        or s.eval_on_start
        or "evaluate" in s.calls
        or "V" in s.raised
        or s.asks("evaluate")
    ),
    Capability.EVAL_ON_START: lambda s: s.eval_on_start,
    Capability.PREDICTION: lambda s: "predict" in s.calls,
    Capability.SAVING: lambda s: (
        s.save_strategy != "no"
        or "S" in s.raised
        or any(call.startswith("save-") for call in s.calls)
    ),
    Capability.SAVE_BEST: lambda s: s.save_strategy == "best",
    Capability.TRAINING_STOP: lambda s: "T" in s.raised,
    Capability.EPOCH_STOP: lambda s: "E" in s.raised,
    Capability.REQUESTS: lambda s: bool(set("SVL") & set(s.raised)),
    Capability.REGISTRATION: lambda s: (
        s.asks("add")
        or s.asks("remove")
        or any(callback.given in ("added", "class") for callback in s.callbacks)
        or any(":" in call or call in ("remove-flow", "hide") for call in s.calls)
    ),
    Capability.EARLY_STOPPING: lambda s: s.early_stopping is not None,
    Capability.CALLBACK_STATES: lambda s: (
        s.restore_callback_states_from_checkpoint or any(part.stateful for part in s.callbacks)
    ),
    Capability.DEFAULT_FLOW: lambda s: s.asks("tune"),
    Capability.PUSHING: lambda s: "push" in s.calls,
    Capability.DISPLAY: lambda s: bool(s.display) or s.asks("demote"),
    Capability.STRING_LIMIT: lambda s: s.max_str_len is not None,
    Capability.INTEGRATIONS: lambda s: s.tracks,
    Capability.TENSORBOARD: lambda s: "tensorboard" in s.report_to or s.report_to == "all",
    Capability.RESUME: lambda s: any(call.startswith("resume") for call in s.calls),
    Capability.PROCESSES: lambda s: s.world > 1,
    Capability.CRASHES: lambda s: s.in_turn,
}
