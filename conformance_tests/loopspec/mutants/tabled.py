"""Mutants that are edits to the protocol table: an event, a reset or a look at a flag is wrong."""

from __future__ import annotations

from loopspec.machine.table import Row
from loopspec.mutants import edits as e
from loopspec.mutants.mutant import Mutant, tabled
from loopspec.vocabulary import Event

TABLED: tuple[Mutant, ...] = (
    tabled(
        "keeps-training-stop",
        "train() starts without looking at the control of the run before.",
        e.keeps(Event.TRAIN_BEGIN, "T"),
        "CTRL-1",
    ),
    tabled(
        "clears-stop-at-epoch-begin",
        "One method resets all flags, and is called for each epoch.",
        e.clears(Event.EPOCH_BEGIN, "T"),
        "CTRL-2",
    ),
    tabled(
        "keeps-epoch-stop",
        "The page says that the flag is set back, and nobody wrote the line.",
        e.keeps(Event.EPOCH_BEGIN, "E"),
        "CTRL-3",
    ),
    tabled(
        "clears-epoch-stop-at-epoch-end",
        "The epoch is over, so its flag is tidied up before the callbacks see it.",
        e.clears(Event.EPOCH_END, "E"),
        "CTRL-4",
    ),
    tabled(
        "save-leaks-into-next-step",
        "Only on_save resets the flag, so a request that is not served stays.",
        e.keeps(Event.STEP_BEGIN, "S"),
        "CTRL-5",
    ),
    tabled(
        "evaluate-leaks-into-next-step",
        "Only on_evaluate resets the flag, so a request that is not served stays.",
        e.keeps(Event.STEP_BEGIN, "V"),
        "CTRL-6",
    ),
    tabled(
        "log-leaks-into-next-step",
        "Only on_log resets the flag, so a request that is not served stays.",
        e.keeps(Event.STEP_BEGIN, "L"),
        "CTRL-7",
    ),
    tabled(
        "save-stands-in-on-save",
        "The flag is reset by the next step only, as the page has it.",
        e.keeps(Event.SAVE, "S"),
        "CTRL-8",
    ),
    tabled(
        "evaluate-stands-in-on-evaluate",
        "evaluate() is overridden, and the reset that it did is gone.",
        e.keeps(Event.EVALUATE, "V"),
        "CTRL-9",
    ),
    tabled(
        "log-stands-in-on-log",
        "The flag is reset by the next step only, as the page has it.",
        e.keeps(Event.LOG, "L"),
        "CTRL-10",
    ),
    tabled(
        "clears-requests-at-step-end",
        "Flags are reset when a step ends, where the trainer is about to read them.",
        e.clears(Event.STEP_END, "SVL"),
        "CTRL-21",
    ),
    tabled(
        "clears-save-at-evaluate",
        "One helper resets the requests after whatever was served.",
        e.clears(Event.EVALUATE, "S"),
        "CTRL-21",
    ),
    tabled(
        "clears-requests-at-epoch-end",
        "The epoch's requests are thought to be over when it is.",
        e.clears(Event.EPOCH_END, "SVL"),
        "CTRL-21",
    ),
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
        "no-save-event",
        "The checkpoint is written, and nobody is told.",
        e.silent(Event.SAVE),
        "CTRL-11",
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
