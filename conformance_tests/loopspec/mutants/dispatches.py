"""Edits to the protocol table: an event does not fire, fires twice, or in the place of another."""

from __future__ import annotations

from loopspec.mutants import edits as e
from loopspec.mutants.mutant import Mutant, tabled
from loopspec.vocabulary import Event

DISPATCHES: tuple[Mutant, ...] = (
    tabled(
        "no-init-end",
        "The event is not known to the author.",
        e.silent(Event.INIT_END),
        "EVT-1",
    ),
    tabled("no-train-begin", "The event is forgotten.", e.silent(Event.TRAIN_BEGIN), "EVT-2"),
    tabled("no-train-end", "The event is forgotten.", e.silent(Event.TRAIN_END), "EVT-3"),
    tabled("no-epoch-begin", "The event is forgotten.", e.silent(Event.EPOCH_BEGIN), "EVT-6"),
    tabled("no-epoch-end", "The event is forgotten.", e.silent(Event.EPOCH_END), "EVT-6"),
    tabled("no-step-begin", "The event is forgotten.", e.silent(Event.STEP_BEGIN), "EVT-11"),
    tabled("no-step-end", "The event is forgotten.", e.silent(Event.STEP_END), "EVT-11"),
    tabled(
        "no-substep-end",
        "Accumulation came later, and its event never.",
        e.silent(Event.SUBSTEP_END),
        "EVT-13",
    ),
    tabled(
        "no-pre-optimizer-step",
        "The event is younger than the loop.",
        e.silent(Event.PRE_OPTIMIZER_STEP),
        "EVT-12",
    ),
    tabled(
        "no-optimizer-step",
        "The event is younger than the loop.",
        e.silent(Event.OPTIMIZER_STEP),
        "EVT-12",
    ),
    tabled(
        "optimizer-events-swapped",
        "Before and after are mixed up.",
        e.swapped(Event.PRE_OPTIMIZER_STEP, Event.OPTIMIZER_STEP, "in group", "update"),
        "EVT-12",
    ),
    tabled(
        "step-end-twice",
        "A base class fires it too.",
        e.twice(Event.STEP_END, "count"),
        "EVT-11",
    ),
    tabled(
        "train-end-twice",
        "It is fired by the loop and by the method around it.",
        e.twice(Event.TRAIN_END, "summed up"),
        "EVT-3",
    ),
    tabled(
        "no-save-event",
        "The checkpoint is written, and nobody is told.",
        e.silent(Event.SAVE),
        "CTRL-11",
    ),
    tabled(
        "no-evaluate-event",
        "An evaluation logs its metrics, and that seems enough.",
        e.silent(Event.EVALUATE),
        "EVT-32",
    ),
    tabled(
        "evaluates-before-logging",
        "on_evaluate fires first, then the metrics are logged.",
        e.swapped(Event.LOG, Event.EVALUATE, "in set", "measured"),
        "EVT-32",
    ),
    tabled(
        "no-prediction-steps",
        "The evaluation loop is another library's.",
        e.silent(Event.PREDICTION_STEP),
        "EVT-31",
    ),
    tabled(
        "no-predict-event",
        "Prediction ends without a word.",
        e.silent(Event.PREDICT),
        "EVT-37",
    ),
    tabled(
        "no-last-log",
        "The run's sums are returned, and not logged.",
        e.silent(Event.LOG, "finish"),
        "STATE-4",
    ),
    tabled(
        "no-push-begin",
        "The event is younger than the upload.",
        e.silent(Event.PUSH_BEGIN, "push"),
        "EVT-41",
    ),
    tabled(
        "no-training-log-event",
        "The loss goes into the history and to the console, and no callback hears of it.",
        e.silent(Event.LOG, "serve"),
        "CTRL-13",
    ),
    tabled(
        "no-event-for-the-log-of-metrics",
        "An evaluation puts its metrics into the history, and fires on_evaluate only.",
        e.silent(Event.LOG, "in set"),
        "EVT-32",
    ),
)
