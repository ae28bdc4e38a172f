"""Tables of the specification that the machine computes: what a flag does where, what is due when.

Each cell is a prediction: the scenario of the cell is played by the machine with and without what
the cell is about, and the difference is put into words.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from loopspec.corpus import CORPUS
from loopspec.corpus.control import cell
from loopspec.machine.predict import predict
from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag

SERVED = {Flag.SAVE: Event.SAVE, Flag.EVALUATE: Event.EVALUATE, Flag.LOG: Event.LOG}
STOPS = {Flag.TRAINING_STOP: "training", Flag.EPOCH_STOP: "the epoch"}


def flags() -> str:
    """What setting each flag in each event does, as a markdown table."""
    lines = ["| set in | " + " | ".join(f"`{flag.field}`" for flag in Flag) + " |"]
    lines.append("|---|" + "---|" * len(Flag))
    for event in Event:
        cells = " | ".join(effect(flag, event) for flag in Flag)
        lines.append(f"| `{event}` | {cells} |")
    return "\n".join(lines) + "\n"


def effect(flag: Flag, event: Event) -> str:
    """What setting `flag` at `event` does, in words."""
    name = cell(flag, event)
    if f"{name}-mid-epoch" not in CORPUS:
        plainest = f"{name}-nothing-due"
        return _outcome(CORPUS[plainest if plainest in CORPUS else name], flag)
    within = _outcome(CORPUS[f"{name}-mid-epoch"], flag)
    last = _outcome(CORPUS[f"{name}-last-step"], flag)
    return within if within == last else f"{within}; at an epoch's last step: {last}"


def _outcome(scenario: Scenario, flag: Flag) -> str:
    quiet = tuple(part for part in scenario.callbacks if part.name != "script")
    base = predict(msgspec.structs.replace(scenario, callbacks=quiet))
    played = predict(scenario)
    at = _set_at(played, flag)
    if at is None:
        return "stands already"
    if flag in SERVED:
        return _served(played, base, at, SERVED[flag])
    return _stopped(played, base, at, STOPS[flag])


def _set_at(trace: Trace, flag: Flag) -> int | None:
    """The number of the record in which the script sets the flag; None if it stood already."""
    set_at = (
        record.i
        for record in trace.records
        for call in record.calls
        if call.who == "script" and flag in call.exit and flag not in call.entry
    )
    return next(set_at, None)


def _served(played: Trace, base: Trace, at: int, event: Event) -> str:
    more = _of(played, event)
    for record in _of(base, event):
        more.remove(next(r for r in more if (r.step, r.entry) == (record.step, record.entry)))
    if not more:
        return "nothing"
    between = {record.event for record in played.records[at + 1 : more[0].i]}
    if Event.EPOCH_END in between or played.records[at].event is Event.EPOCH_END:
        return "served after the epoch"
    return "served at this step"


def _of(trace: Trace, event: Event) -> list[Record]:
    """The records of what serves a request: of logs, those of the training."""
    return [r for r in trace.of(event) if event is not Event.LOG or "loss" in (r.logs or {})]


def _stopped(played: Trace, base: Trace, at: int, what: str) -> str:
    if played.codes() == base.codes():
        return "nothing"
    closing = Event.TRAIN_END if what == "training" else Event.EPOCH_END
    rest = played.records[at + 1 :]
    left = [record.event for record in rest[: _index(rest, closing)]]
    if Event.STEP_END in left:
        return f"{what} ends after this step"
    if {Event.SUBSTEP_END, Event.PRE_OPTIMIZER_STEP} & set(left):
        return f"{what} ends after one micro-batch"
    if played.records[at].event is Event.SUBSTEP_END:
        return f"{what} ends, the step unfinished"
    return f"{what} ends, when what is due is done"


def _index(records: list[Record], event: Event) -> int:
    return next(n for n, record in enumerate(records) if record.event is event)


JOB = Scenario(name="table", train_batches=5, num_train_epochs=2)
KINDS = {"logging": Event.LOG, "eval": Event.EVALUATE, "save": Event.SAVE}
MOMENTS = {
    "at the interval": lambda r, last: r.step in (3, 6, 9) and Event.EPOCH_END not in last,
    "end of an epoch": lambda r, last: Event.EPOCH_END in last,
    "last step, off the interval": lambda r, last: r.step == 10 and Event.EPOCH_END not in last,
}


def strategies() -> str:
    """What each strategy makes due at which moment, as a markdown table."""
    lines = [f"| | {' | '.join(MOMENTS)} |", "|---|" + "---|" * len(MOMENTS)]
    for kind, event in KINDS.items():
        for strategy in ("no", "steps", "epoch", *(("best",) if kind == "save" else ())):
            word = "if it is the best" if strategy == "best" else "due"
            cells = " | ".join(word if due else "" for due in _due(kind, strategy, event))
            lines.append(f"| `{kind}_strategy={strategy!r}` | {cells} |".replace("'", '"'))
    return "\n".join(lines) + "\n"


def _due(kind: str, strategy: str, event: Event) -> Iterable[bool]:
    fields = {f"{kind}_strategy": strategy, f"{kind}_steps": 3}
    if strategy == "best":  # decided at each evaluation, which here comes at the interval
        fields |= {"eval_strategy": "steps", "eval_steps": 3, "metric_for_best_model": "score"}
        fields |= {"metrics": (1.0, 2.0, 3.0, 4.0), "greater_is_better": True}
    trace = predict(msgspec.structs.replace(JOB, **fields))
    due: list[tuple[Record, list[Event]]] = []
    since: list[Event] = []
    for record in trace.records:
        if record.event is Event.STEP_BEGIN:
            since = []
        if record in _of(trace, event):
            due.append((record, since))
        since = [*since, record.event]
    return [any(meant(record, last) for record, last in due) for meant in MOMENTS.values()]


TABLES = {"flags": flags, "strategies": strategies}
"""By the name in `<!-- drawn from the machine: NAME -->`."""
