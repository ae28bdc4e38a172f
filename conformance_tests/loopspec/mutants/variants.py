"""Mutants that are real trainers: the reference and transformers' own, spoiled in one place.

Only their names stand here; the trainers are imported when one is run.
"""

from __future__ import annotations

from loopspec.mutants.mutant import Mutant, variant

ON_REFERENCE: tuple[Mutant, ...] = (
    variant(
        "reference-forgets-epoch-stop",
        "The trainer has its own event for the beginning of an epoch, which resets nothing.",
        "on_reference.handling:ForgetsEpochStop",
        "CTRL-3",
    ),
    variant(
        "reference-writes-checkpoints-late",
        "The checkpoint is written during the next step, after on_save has told that it is there.",
        "on_reference.saving:WritesWhileItTrains",
        "?",
    ),
    variant(
        "reference-logs-after-evaluate",
        "Metrics are logged after on_evaluate, so that callbacks can add some.",
        "on_reference.evaluating:LogsWhatOnEvaluateLeft",
        "?",
    ),
    variant(
        "reference-clears-what-it-served",
        "The loop itself clears the three flags after it has looked at them.",
        "on_reference.serving:ClearsWhatItServed",
        "?",
    ),
    variant(
        "reference-swallows-errors",
        "An exception of a callback is logged and training goes on.",
        "on_reference.handling:SwallowsErrors",
        "?",
    ),
    variant(
        "reference-flow-comes-last",
        "The default flow is registered after the user's callbacks, so that it has the last word.",
        "on_reference.flowing:FlowHasTheLastWord",
        "?",
    ),
    variant(
        "reference-counts-intervals-from-here",
        "The default flow counts the steps of this call of train(), not those of the whole run.",
        "on_reference.flowing:CountsIntervalsFromHere",
        "?",
    ),
    variant(
        "reference-epoch-moves-with-batches",
        "The epoch is brought up to date after each micro-batch, for a smoother display.",
        "on_reference.counting:EpochMovesWithBatches",
        "?",
    ),
    variant(
        "reference-stops-on-worse-than-last",
        "Early stopping compares with the evaluation before, not with the best one.",
        "on_reference.stopping:ComparesWithTheLast",
        "?",
    ),
    variant(
        "reference-resumes-counters-only",
        "A checkpoint gives back the counters, and the history of logs begins anew.",
        "on_reference.resuming:ResumesCountersOnly",
        "?",
    ),
    variant(
        "reference-bar-counts-from-here",
        "The progress bar advances by one a step, though a resumed run does not begin at 0.",
        "on_reference.showing:BarCountsFromHere",
        "?",
    ),
)

ON_TRANSFORMERS: tuple[Mutant, ...] = (
    variant(
        "transformers-forgets-epoch-stop",
        "A handler of one's own goes without the line that resets the flag.",
        "on_transformers.handling:ForgetsEpochStop",
        "CTRL-3",
    ),
    variant(
        "transformers-evaluates-by-itself",
        "An evaluate() of one's own runs the loop and logs, without the event at its end.",
        "on_transformers.evaluating:EvaluatesByItself",
        "?",
    ),
    variant(
        "transformers-new-control-for-each-train",
        "Each train() begins with a new control, so that no old flag survives.",
        "on_transformers.handling:NewControlForEachTrain",
        "?",
    ),
    variant(
        "transformers-calls-on-first-process-only",
        "Callbacks are called on the first process only, so that nothing is printed twice.",
        "on_transformers.handling:CallsOnFirstProcessOnly",
        "?",
    ),
    variant(
        "transformers-keeps-one-of-each-class",
        "A callback takes the place of the one of its class that is already there.",
        "on_transformers.registering:KeepsOneOfEachClass",
        "?",
    ),
    variant(
        "transformers-flow-reads-arguments",
        "The default flow reads its intervals from the arguments, as that of old versions did.",
        "on_transformers.flowing:FlowReadsArguments",
        "?",
    ),
    variant(
        "transformers-logs-a-merged-copy",
        "A log() of one's own merges its values with the given ones into another dict.",
        "on_transformers.reporting:LogsAMergedCopy",
        "?",
    ),
    variant(
        "transformers-always-writes-tensorboard",
        "The trainer brings its tracker along, whatever report_to says.",
        "on_transformers.reporting:AlwaysWritesTensorBoard",
        "?",
    ),
    variant(
        "transformers-counts-all-failures",
        "Early stopping counts the evaluations without improvement and never begins anew.",
        "on_transformers.stopping:CountsAllFailures",
        "?",
    ),
    variant(
        "transformers-saves-adapter-only",
        "A checkpoint is the weights that were trained, without optimizer and state.",
        "on_transformers.saving:SavesAdapterOnly",
        "?",
    ),
    variant(
        "transformers-arguments-win-on-resume",
        "The intervals of the new arguments replace those of the checkpoint.",
        "on_transformers.resuming:ArgumentsWinOnResume",
        "?",
    ),
)

VARIANTS = (*ON_REFERENCE, *ON_TRANSFORMERS)
