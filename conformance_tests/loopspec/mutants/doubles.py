"""Edits to the protocol table: an event fires twice, or its neighbour in its place."""

from __future__ import annotations

from loopspec.mutants import edits as e
from loopspec.mutants.mutant import Mutant, tabled
from loopspec.vocabulary import Event

DOUBLES: tuple[Mutant, ...] = (
    tabled(
        "init-end-twice",
        "A subclass fires it at the end of its own constructor, and so does its base.",
        e.twice(Event.INIT_END, "construct"),
        "EVT-1",
    ),
    tabled(
        "train-begin-twice",
        "The event fires where the run is prepared, and again where the loop begins.",
        e.twice(Event.TRAIN_BEGIN, "train"),
        "EVT-2",
    ),
    tabled(
        "epoch-begin-twice",
        "The sampler's epoch is set in a method that fires the event, and that the loop calls too.",
        e.twice(Event.EPOCH_BEGIN, "before epoch"),
        "EVT-6",
    ),
    tabled(
        "epoch-end-twice",
        "An epoch ends when its batches run out, and once more behind the loop.",
        e.twice(Event.EPOCH_END, "after batches"),
        "EVT-6",
    ),
    tabled(
        "step-begin-twice",
        "The loop fires it, and so does training_step().",
        e.twice(Event.STEP_BEGIN, "in epoch"),
        "EVT-11",
    ),
    tabled(
        "substep-end-twice",
        "The loop fires it, and so does training_step().",
        e.twice(Event.SUBSTEP_END, "in group"),
        "EVT-13",
    ),
    tabled(
        "pre-optimizer-step-twice",
        "It fires before the gradients are clipped, and after that.",
        e.twice(Event.PRE_OPTIMIZER_STEP, "in group"),
        "EVT-12",
    ),
    tabled(
        "optimizer-step-twice",
        "The optimizer is wrapped so that it tells of its steps, and the loop does so too.",
        e.twice(Event.OPTIMIZER_STEP, "update"),
        "EVT-12",
    ),
    tabled(
        "training-log-twice",
        "log() is overridden, fires on_log itself, and calls its base, which does so too.",
        e.twice(Event.LOG, "serve"),
        "CTRL-13",
    ),
    tabled(
        "log-of-metrics-twice",
        "Metrics are logged by the evaluation loop, and by evaluate() around it.",
        e.twice(Event.LOG, "in set"),
        "EVT-32",
    ),
    tabled(
        "prediction-step-twice",
        "It fires when a batch is predicted, and again when its results are gathered.",
        e.twice(Event.PREDICTION_STEP, "in set"),
        "EVT-31",
    ),
    tabled(
        "evaluate-twice",
        "evaluate() is overridden, fires on_evaluate itself, and calls its base.",
        e.twice(Event.EVALUATE, "measured"),
        "EVT-32",
    ),
    tabled(
        "save-twice",
        "It fires when the weights are written, and again when the state is.",
        e.twice(Event.SAVE, "saved"),
        "EVT-38",
    ),
    tabled(
        "predict-twice",
        "It fires in the prediction loop, and in predict() around it.",
        e.twice(Event.PREDICT, "in prediction"),
        "EVT-37",
    ),
    tabled(
        "push-begin-twice",
        "It fires in push_to_hub(), and in the method that uploads.",
        e.twice(Event.PUSH_BEGIN, "push"),
        "EVT-41",
    ),
    tabled(
        "last-log-twice",
        "The sums of a run are logged by the loop, and by train() around it.",
        e.twice(Event.LOG, "finish"),
        "STATE-4",
    ),
    tabled(
        "epoch-begins-before-training",
        "The first epoch is opened before the loop, to warm the data loader up.",
        e.swapped(Event.TRAIN_BEGIN, Event.EPOCH_BEGIN, "train", "before epoch"),
        "EVT-2",
    ),
    tabled(
        "steps-and-epochs-begin-swapped",
        "The names of the two loops were exchanged when they were split into methods.",
        e.swapped(Event.EPOCH_BEGIN, Event.STEP_BEGIN, "before epoch", "in epoch"),
        "EVT-6",
    ),
    tabled(
        "step-ends-before-optimizer-step",
        "on_step_end fires as soon as the gradients are there, and the optimizer steps then.",
        e.swapped(Event.OPTIMIZER_STEP, Event.STEP_END, "update", "count"),
        "EVT-12",
    ),
    tabled(
        "train-ends-before-last-log",
        "on_train_end fires when the loop is left, and the sums are logged afterwards.",
        e.swapped(Event.LOG, Event.TRAIN_END, "finish", "summed up"),
        "EVT-3",
    ),
)
