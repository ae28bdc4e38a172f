"""Edits to the protocol table: a flag falls where it should stay, or stays where it should fall."""

from __future__ import annotations

from loopspec.mutants import edits as e
from loopspec.mutants.mutant import Mutant, tabled
from loopspec.vocabulary import Event

RESETS: tuple[Mutant, ...] = (
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
        "clears-stop-at-train-end",
        "The run is over, so everything that steered it is reset.",
        e.clears(Event.TRAIN_END, "T"),
        "CTRL-2",
    ),
    tabled(
        "clears-stop-at-first-epoch",
        "The stop is reset where the loop begins, and on_train_begin comes before the loop.",
        e.moved("T", Event.TRAIN_BEGIN, Event.EPOCH_BEGIN),
        "CTRL-1",
    ),
    tabled(
        "clears-epoch-stop-at-step-begin",
        "All flags but the stop of training are reset together, when a step begins.",
        e.moved("E", Event.EPOCH_BEGIN, Event.STEP_BEGIN),
        "CTRL-3",
    ),
    tabled(
        "clears-requests-at-epoch-begin",
        "Requests of an epoch are thought to end with it, and not only those of a step.",
        e.clears(Event.EPOCH_BEGIN, "SVL"),
        "CTRL-21",
    ),
    tabled(
        "clears-requests-at-substep-end",
        "With accumulation the requests are reset at each micro-batch, as if each were a step.",
        e.clears(Event.SUBSTEP_END, "SVL"),
        "CTRL-21",
    ),
    tabled(
        "clears-requests-after-backward",
        "Requests are reset by the optimizer's event, which came to be taken for a step's begin.",
        e.moved("SVL", Event.STEP_BEGIN, Event.PRE_OPTIMIZER_STEP),
        "CTRL-5",
    ),
    tabled(
        "clears-evaluate-at-its-log",
        "The evaluation is thought to be over when its metrics are logged.",
        e.clears(Event.LOG, "V"),
        "CTRL-21",
    ),
    tabled(
        "clears-evaluate-at-save",
        "The flags are reset together, when all that was due is done.",
        e.moved("V", Event.EVALUATE, Event.SAVE),
        "CTRL-9",
    ),
    tabled(
        "clears-log-at-evaluate",
        "on_log is overridden without its reset, and on_evaluate resets what it finds.",
        e.moved("L", Event.LOG, Event.EVALUATE),
        "CTRL-10",
    ),
    tabled(
        "clears-all-when-it-saves",
        "Whoever saves resets the whole control, as what was due is done by then.",
        e.clears(Event.SAVE, "TEVL"),
        "CTRL-2",
    ),
)
