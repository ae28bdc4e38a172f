"""Edits to the protocol table: the loop looks, goes on or does its work at a wrong moment."""

from __future__ import annotations

from loopspec.machine.table import Row
from loopspec.mutants import edits as e
from loopspec.mutants.mutant import Mutant, tabled
from loopspec.vocabulary import Event

ORDER: tuple[Mutant, ...] = (
    tabled(
        "stops-before-due-work",
        "The stop is looked at right after the step, before log, evaluation and save.",
        e.more(Row("after step", "after batches", ("T",))),
        "CTRL-14",
    ),
    tabled(
        "ignores-training-stop-in-epoch",
        "Only the outer loop looks at the flag, so the epoch runs to its end.",
        e.without("may stop", "T"),
        "CTRL-23",
    ),
    tabled(
        "ignores-training-stop-between-epochs",
        "Only the inner loop looks at the flag, so the next epoch begins.",
        e.without("between epochs", "T"),
        "CTRL-23",
    ),
    tabled(
        "ignores-epoch-stop",
        "The flag is part of the control, and the loop never reads it.",
        e.without("may stop", "E"),
        "CTRL-24",
    ),
    tabled(
        "epoch-stop-ends-training",
        "One break for both flags, in a loop that is not nested.",
        e.leads("may stop", "finish", "E"),
        "EVT-6",
    ),
    tabled(
        "serves-nothing-after-epoch",
        "Requests are read in the inner loop only.",
        e.skips("after epoch"),
        "CTRL-15",
    ),
    tabled(
        "step-counted-late",
        "global_step is raised at the end of the loop's body, after the callbacks.",
        e.late("count step", "count"),
        "EVT-15",
    ),
    tabled(
        "weights-moved-early",
        "The optimizer runs before on_pre_optimizer_step.",
        e.early("move weights", "in epoch"),
        "EVT-17",
    ),
    tabled(
        "writes-checkpoint-late",
        "on_save fires before the checkpoint is written.",
        e.late("write checkpoint", "saved"),
        "EVT-38",
    ),
    tabled(
        "fires-save-writes-nothing",
        "Saving is left to the callback, says the trainer.",
        e.undone("write checkpoint"),
        "EVT-38",
    ),
    tabled(
        "saves-before-evaluating",
        "The checkpoint is written right after the step.",
        e.more(
            Row("may evaluate", "early", ("S",), "write checkpoint"),
            Row("early", "may evaluate", event=Event.SAVE, clears="S"),
        ),
        "FLOW-1",
    ),
    tabled(
        "best-weights-not-loaded",
        "load_best_model_at_end is accepted, and nothing is loaded.",
        e.undone("load best weights"),
        "EVT-39",
    ),
    tabled(
        "best-never-tracked",
        "best_metric is a field that nobody writes.",
        e.undone("track best"),
        "STOP-9",
    ),
    tabled(
        "evaluates-on-start-always",
        "The first evaluation is always wanted, thinks the author.",
        e.asks("begun", ("evaluates on start",), ()),
        "EVT-35",
    ),
    tabled(
        "never-evaluates-on-start",
        "The argument is accepted, and never read.",
        e.without("begun", "evaluates on start"),
        "EVT-35",
    ),
)
