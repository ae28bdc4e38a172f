"""The protocol as a table: which event may follow which, when, and which flags fall as it begins.

Two rules hold in this file. Everything about the order of events stands in `PROTOCOL` and nowhere
else in loopspec. And this file knows no trainer, no tensor and no trace: it is data.

How to read a row. A training loop is at a *place*. At each place the first row whose conditions
all hold is taken: its effect happens, then its event is dispatched, with the flags in `clears`
cleared before any callback sees it, and the loop goes on to the place `then`. A row with `enters`
first goes through another routine and comes back to `then`. `DONE` ends a routine.

A condition is a flag's letter (`"T"`: should_training_stop is set) or a fact about the job
(`"batch left"`); `not` turns it round. Who only watches events can tell flags but no facts: for
a watcher, a row that hangs on a fact may be taken or not.
"""

from __future__ import annotations

from typing import NamedTuple

from loopspec.vocabulary import Event

DONE = "done"


class Row(NamedTuple):
    """One transition; see the top of this file."""

    place: str
    then: str
    when: tuple[str, ...] = ()
    effect: str = ""
    event: Event | None = None
    clears: str = ""
    enters: str = ""


def _row(place: str, *when: str, to: str, **rest: object) -> Row:
    return Row(place, to, when, **rest)  # type: ignore[arg-type]  # names checked by NamedTuple


PROTOCOL: tuple[Row, ...] = (
    # Construction: one event, the last thing that it does.
    _row("construct", event=Event.INIT_END, to=DONE),
    # train(): epochs between an opening and a closing event, and one last log before the end.
    _row("train", effect="begin run", event=Event.TRAIN_BEGIN, clears="T", to="begun"),
    _row("begun", "evaluates on start", enters="evaluate", to="before epoch"),
    _row("begun", to="before epoch"),
    _row("before epoch", "T", "looks early", to="finish"),
    _row(
        "before epoch",
        "epoch left",
        effect="begin epoch",
        event=Event.EPOCH_BEGIN,
        clears="E",
        to="in epoch",
    ),
    _row("before epoch", to="finish"),
    _row("finish", effect="sum up run", event=Event.LOG, clears="L", to="summed up"),
    _row("summed up", effect="load best weights", event=Event.TRAIN_END, to=DONE),
    # An epoch: steps, each a group of micro-batches; then what is due at the end of an epoch.
    _row("in epoch", "not batch left", to="after batches"),
    _row("in epoch", "T", "looks early", to="after batches"),
    _row("in epoch", "group begins", event=Event.STEP_BEGIN, clears="SVL", to="in group"),
    _row("in epoch", to="in group"),
    _row(
        "in group",
        "group goes on",
        effect="forward and backward",
        event=Event.SUBSTEP_END,
        to="in step",
    ),
    _row("in group", effect="forward and backward", event=Event.PRE_OPTIMIZER_STEP, to="update"),
    _row("update", effect="move weights", event=Event.OPTIMIZER_STEP, to="count"),
    _row("count", effect="count step", event=Event.STEP_END, to="after step"),
    _row("after step", enters="serve", to="may stop"),
    _row("in step", "finishes steps", to="in epoch"),
    _row("in step", to="may stop"),
    _row("may stop", "E", effect="abandon group", to="after batches"),
    _row("may stop", "T", effect="abandon group", to="after batches"),
    _row("may stop", to="in epoch"),
    _row("after batches", event=Event.EPOCH_END, to="after epoch"),
    _row("after epoch", enters="serve", to="between epochs"),
    _row("between epochs", "T", to="finish"),
    _row("between epochs", to="before epoch"),
    # Serving what is due, after a step and after an epoch: log, then evaluate, then save.
    _row(
        "serve",
        "L",
        "step not logged",
        effect="log training",
        event=Event.LOG,
        clears="L",
        to="may evaluate",
    ),
    _row("serve", to="may evaluate"),
    _row("may evaluate", "V", enters="evaluate", to="evaluated"),
    _row("may evaluate", to="may save"),
    _row("evaluated", effect="track best", to="may save"),
    _row("may save", "S", effect="write checkpoint", to="written"),
    _row("may save", to=DONE),
    _row("written", "pushes", event=Event.PUSH_BEGIN, to="saved"),
    _row("written", to="saved"),
    _row("saved", event=Event.SAVE, clears="S", to=DONE),
    # Evaluation, of each set in turn. It never ends a step and never saves.
    _row("evaluate", effect="begin evaluation", to="in set"),
    _row(
        "in set",
        "evaluation batch left",
        effect="predict batch",
        event=Event.PREDICTION_STEP,
        to="in set",
    ),
    _row("in set", effect="log metrics", event=Event.LOG, clears="L", to="measured"),
    _row("measured", event=Event.EVALUATE, clears="V", to="after set"),
    _row("after set", "evaluation set left", effect="next set", to="in set"),
    _row("after set", to=DONE),
    # Prediction: batches and one event; nothing is logged.
    _row("predict", effect="begin prediction", to="in prediction"),
    _row(
        "in prediction",
        "evaluation batch left",
        effect="predict batch",
        event=Event.PREDICTION_STEP,
        to="in prediction",
    ),
    _row("in prediction", effect="give prediction", event=Event.PREDICT, to=DONE),
    # push_to_hub(): one event, then the upload.
    _row("push", event=Event.PUSH_BEGIN, to="upload"),
    _row("upload", effect="upload", to=DONE),
    # A callback that logs by itself.
    _row("log", effect="log values", event=Event.LOG, clears="L", to=DONE),
)

ROUTINES = {
    "train": "train",
    "resume": "train",
    "evaluate": "evaluate",
    "predict": "predict",
    "push": "push",
    "log": "log",
}
"""The place at which each call of a user, or of a callback, begins."""

OPTIONAL = (Event.PRE_OPTIMIZER_STEP, Event.OPTIMIZER_STEP)
"""Events that came late to the protocol (capability `optimizer-events`)."""

CHANGES_FLAGS = {"track best": "S"}
"""Effects that set a flag by themselves, so that a watcher cannot tell it from the last event."""
