"""Checks of the chapter on events: what is due, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

from loopspec.machine.players import divides, interval, is_better, metric_key, steps_of, worst
from loopspec.rules.checking import Findings, check, saw, variant
from loopspec.rules.patience import number
from loopspec.rules.windows import Window, windows
from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Capability, Event, Flag

T, _, S, V, L = Flag


class Moment(NamedTuple):
    """A moment at which the trainer looks what is due: what the default flow asked for there.

    `standing` are the flags that were set before, of which nothing can be told.
    """

    window: Window
    at: Record
    after_step: bool
    asked: str
    standing: str

    @property
    def job(self) -> Scenario:
        return self.window.job


def _moments(trace: Trace) -> list[Moment]:
    """The moments of a trace, in order; made once for each trace."""
    made: list[Moment] | None = trace.__dict__.get("_moments")
    if made is None:
        requests = Capability.REQUESTS in trace.by.capabilities
        before = {b.i: a for a, b in trace.pairs if b.event in (Event.STEP_END, Event.EPOCH_END)}
        made = trace.__dict__["_moments"] = [
            _moment(window, before.get(window.opening.i), requests)
            for window in windows(trace)
            if not trace.scenario.without_flow
        ]
    return made


def _moment(window: Window, before: Record | None, requests: bool) -> Moment:
    at = window.opening
    after_step = at.event is Event.STEP_END
    asked, stood = at.entry, before.exit if before else ""
    # A trainer without flags, or without these three: what it does tells what was due.
    if at.calls[0].control is None or not requests:
        asked, stood = (T if T in flags else "" for flags in (asked, stood))
        asked += "S" * bool(window.count(Event.SAVE)) + "V" * bool(window.count(Event.EVALUATE))
        asked += "L" * bool(window.log)
    return Moment(window, at, after_step, asked, stood)


class Kind(NamedTuple):
    """One of the three things that can be due."""

    flag: Flag
    word: str
    strategy: str
    steps: str


KINDS = (
    Kind(L, "log", "logging_strategy", "logging_steps"),
    Kind(V, "evaluation", "eval_strategy", "eval_steps"),
    Kind(S, "save", "save_strategy", "save_steps"),
)


def _under(trace: Trace, strategy: str) -> Iterator[tuple[Kind, Moment]]:
    """The kinds that a trainer has under this strategy, with each moment of it."""
    for kind in KINDS:
        for moment in _moments(trace):
            if getattr(moment.job, kind.strategy) == strategy:
                yield kind, moment


def _held_to(trace: Trace, strategy: str, due: Callable[[Moment, Kind], bool | None]) -> Findings:
    """Whether just what is due was asked for; `due` is None where another rule decides."""
    for kind, moment in _under(trace, strategy):
        wanted = None if kind.flag in moment.standing else due(moment, kind)
        if wanted is None or _first_log(moment, kind):
            continue
        if (kind.flag in moment.asked) is wanted:
            yield saw(moment.at, True, "")
        else:
            rule = f"{kind.strategy}={getattr(moment.job, kind.strategy)}"
            if strategy == "steps":
                named, value = _asked_interval(trace, moment, kind)
                rule = f"{named}={value:g}"
            words = [f"a {kind.word} due" if kind.word != "evaluation" else "an evaluation due"]
            words.append(f"no {kind.word} due")
            expected, got = words if wanted else reversed(words)
            yield saw(moment.at, False, f"{expected} by {rule}", got)


def _first_log(moment: Moment, kind: Kind) -> bool:
    first = moment.after_step and moment.at.step == 1
    return first and kind.flag is L and moment.job.logging_first_step


def _delayed(moment: Moment, kind: Kind, progress: float | None) -> bool:
    return kind.flag is V and progress is not None and progress < moment.job.eval_delay


def _asked_interval(trace: Trace, moment: Moment, kind: Kind) -> tuple[str, float]:
    """The interval that holds at this moment, with the name under which it was asked for."""
    value = tuned(trace, moment.at, kind.steps)
    if value is not None:
        return kind.steps, value
    lacks = kind.flag is V and not moment.job.eval_steps
    return "logging_steps" if lacks else kind.steps, steps_of(moment.job, kind.steps)


def tuned(trace: Trace, at: Record, field: str) -> int | None:
    """The value that a callback gave this field of the state in the run, before this record."""
    found = None
    for record, value in _tunings(trace, field):
        if record.call == at.call and record.i < at.i:
            found = value
    return found


def _tunings(trace: Trace, field: str) -> Iterator[tuple[Record, int]]:
    """Where callbacks gave this field of the state a value, and which."""
    for deed in trace.done("tune"):
        name, _, value = deed.act.whom.partition("=")
        if name == field:
            yield deed.record, int(value)


def _divides(trace: Trace, moment: Moment, kind: Kind) -> bool | None:
    """Whether the interval of this kind divides the step; None where that cannot be told."""
    step, (_, steps) = moment.at.step, _asked_interval(trace, moment, kind)
    if step is None or (steps < 1 and moment.at.max_steps is None):
        return None
    if steps < 1 and any(_tunings(trace, "max_steps")):
        return None  # of which number of steps it is a share is the trainer's choice
    if moment.at.call and trace.scenario.calls[moment.at.call - 1].startswith("resume"):
        before = trace.scenario  # CKPT-14: its interval may be that of the checkpoint
        if any(getattr(before, name) != getattr(moment.job, name) for name in _INTERVALS):
            return None
        if any(record.call < moment.at.call for record, _ in _tunings(trace, kind.steps)):
            return None  # and the checkpoint may have it from a callback
    return divides(interval(steps, moment.at.max_steps or 0), step)


_INTERVALS = (
    *(kind.steps for kind in KINDS),
    *("max_steps", "num_train_epochs", "gradient_accumulation_steps"),
)
"""What the intervals of a run come from."""


def _closing(moment: Moment) -> bool:
    """Whether this is the step that ends the run by plan."""
    at = moment.at
    return at.step is not None and at.max_steps is not None and at.step >= at.max_steps


@check("FLOW-1")
def order_after_a_step(trace: Trace) -> Findings:
    for window in windows(trace):
        ranks = [rank for rank in map(_rank, window.served) if rank is not None]
        if len(set(ranks)) > 1:
            yield saw(
                window.opening, ranks == sorted(ranks), _in_words(sorted(ranks)), _in_words(ranks)
            )


def _in_words(ranks: list[int]) -> str:
    """Ranks as kinds, each run of one kind once: `log, evaluation, save`."""
    return ", ".join(KINDS[rank].word for rank, _ in groupby(ranks))


def _rank(record: Record) -> int | None:
    """Its place among what is due; the log of an evaluation has none of its own."""
    if record.event is Event.LOG:
        return 0 if "loss" in (record.logs or {}) else None
    return 2 if record.event is Event.SAVE else 1


def _who_decides(trace: Trace, moment: Moment, kind: Kind) -> str:
    """The rule on intervals that this moment is a matter of."""
    if tuned(trace, moment.at, kind.steps) is not None:
        return "FLOW-10"
    if kind.flag is V and not moment.job.eval_steps:
        return "FLOW-9"
    if trace.trainer_of[moment.at.call] and kind.steps in trace.scenario.resumed_with:
        return "CKPT-14"
    stopped = T in moment.standing and not _closing(moment)
    if stopped and kind.flag is not L and _divides(trace, moment, kind) is False:
        return "FLOW-11"
    return "FLOW-2"


def _by_interval(rule: str) -> Callable[[Trace], Findings]:
    def intervals(trace: Trace) -> Findings:
        def due(moment: Moment, kind: Kind) -> bool | None:
            if _who_decides(trace, moment, kind) != rule:
                return None
            if not moment.after_step or _delayed(moment, kind, moment.at.step):
                return False
            divides = _divides(trace, moment, kind)
            return None if not divides and kind.flag is not L and _closing(moment) else divides

        yield from _held_to(trace, "steps", due)

    return intervals


for _rule in ("FLOW-2", "FLOW-9", "FLOW-10", "FLOW-11"):
    check(_rule)(_by_interval(_rule))


@check("FLOW-3")
def per_epoch(trace: Trace) -> Findings:
    def due(moment: Moment, kind: Kind) -> bool:
        return not moment.after_step and not _delayed(moment, kind, moment.at.epoch)

    yield from _held_to(trace, "epoch", due)


@check("FLOW-4")
def strategy_no(trace: Trace) -> Findings:
    yield from _held_to(trace, "no", lambda moment, kind: False)


@check("FLOW-5")
def first_step_is_logged(trace: Trace) -> Findings:
    for moment in _moments(trace):
        if _first_log(moment, KINDS[0]) and L not in moment.standing:
            yield saw(moment.at, L in moment.asked, "a log due by logging_first_step", "no log due")


def _off_the_interval(trace: Trace, flag: Flag) -> Iterator[Moment]:
    for kind, moment in _under(trace, "steps"):
        if (
            kind.flag is flag
            and moment.after_step
            and _closing(moment)
            and flag not in moment.standing
            and _divides(trace, moment, kind) is False
            and not _delayed(moment, kind, moment.at.step)
        ):
            yield moment


@check("FLOW-6")
def last_save(trace: Trace) -> Findings:
    for moment in _off_the_interval(trace, S):
        yield variant(moment.at, "saved" if S in moment.asked else "not-saved")


@check("FLOW-7")
def last_evaluation(trace: Trace) -> Findings:
    for moment in _off_the_interval(trace, V):
        yield variant(moment.at, "evaluated" if V in moment.asked else "not-evaluated")


@check("FLOW-8")
def planned_end(trace: Trace) -> Findings:
    for moment in _moments(trace):
        at = moment.at
        knows = at.step is not None and at.max_steps is not None and at.calls[0].control is not None
        if moment.after_step and knows and T not in moment.standing:
            due = _closing(moment)
            words = [f"{T.field} set", f"{T.field} not set"]
            expected, got = words if due else reversed(words)
            where = f"at step {at.step} with max_steps {at.max_steps}"
            yield saw(at, (T in moment.asked) is due, f"{expected} {where}", got)


@check("FLOW-12")
def best_is_saved(trace: Trace) -> Findings:
    best, call = 0.0, 0
    for window in windows(trace):
        s = window.job
        key = metric_key(s)
        if window.opening.call != call:
            best, call = worst(s), window.opening.call
        if not window.best:
            continue
        given = [r for r in window.served if r.metrics and key in r.metrics]
        if not given or trace.scenario.calls[call - 1] != "train":
            continue
        value = number((given[-1].metrics or {})[key])
        better = is_better(value, best, s)
        best = value if better else best
        if not better and S in window.before_save.exit:
            continue  # a callback asked for this one
        saved = window.count(Event.SAVE) > 0
        due = "a save, as {} {:g} is the best" if better else "no save, as {} {:g} is not the best"
        got = "no save" if better else "a save"
        yield saw(given[-1], saved is better, due.format(key, value), got)
