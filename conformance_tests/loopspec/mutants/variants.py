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
        "EVT-38",
    ),
    variant(
        "reference-logs-after-evaluate",
        "Metrics are logged after on_evaluate, so that callbacks can add some.",
        "on_reference.evaluating:LogsWhatOnEvaluateLeft",
        "EVT-32",
    ),
    variant(
        "reference-clears-what-it-served",
        "The loop itself clears the three flags after it has looked at them.",
        "on_reference.serving:ClearsWhatItServed",
        "CTRL-21",
    ),
    variant(
        "reference-swallows-errors",
        "An exception of a callback is logged and training goes on.",
        "on_reference.handling:SwallowsErrors",
        "EVT-5",
    ),
    variant(
        "reference-flow-comes-last",
        "The default flow is registered after the user's callbacks, so that it has the last word.",
        "on_reference.flowing:FlowHasTheLastWord",
        "DISP-18",
    ),
    variant(
        "reference-counts-intervals-from-here",
        "The default flow counts the steps of this call of train(), not those of the whole run.",
        "on_reference.flowing:CountsIntervalsFromHere",
        "FLOW-2",
    ),
    variant(
        "reference-epoch-moves-with-batches",
        "The epoch is brought up to date after each micro-batch, for a smoother display.",
        "on_reference.counting:EpochMovesWithBatches",
        "EVT-16",
    ),
    variant(
        "reference-stops-on-worse-than-last",
        "Early stopping compares with the evaluation before, not with the best one.",
        "on_reference.stopping:ComparesWithTheLast",
        "STOP-25",
    ),
    variant(
        "reference-resumes-counters-only",
        "A checkpoint gives back the counters, and the history of logs begins anew.",
        "on_reference.resuming:ResumesCountersOnly",
        "CKPT-2",
    ),
    variant(
        "reference-bar-counts-from-here",
        "The progress bar advances by one a step, though a resumed run does not begin at 0.",
        "on_reference.showing:BarCountsFromHere",
        "SHOW-7",
    ),
    variant(
        "reference-logs-before-the-step-ends",
        "Each update is logged, before on_step_end, and should_log is never looked at.",
        "on_reference.looping:LogsBeforeTheStepEnds",
        "EVT-12",
    ),
    variant(
        "reference-fires-no-step-begin",
        "The loop has no event for the beginning of a step.",
        "on_reference.looping:FiresNoStepBegin",
        "EVT-11",
    ),
    variant(
        "reference-counts-after-the-step-end",
        "global_step is counted up as the last act of a step, after on_step_end.",
        "on_reference.looping:CountsAfterTheStepEnd",
        "EVT-15",
    ),
    variant(
        "reference-leaves-the-rest-out",
        "The batches at the end of an epoch that make no whole group are left out.",
        "on_reference.looping:LeavesTheRestOut",
        "EVT-14",
    ),
    variant(
        "reference-stays-in-evaluation-mode",
        "The model is set to training when an epoch begins, and not again after an evaluation.",
        "on_reference.looping:StaysInEvaluationMode",
        "EVT-19",
    ),
    variant(
        "reference-stops-before-what-is-due",
        "A stop ends the epoch before what is due at the step is served.",
        "on_reference.looping:StopsBeforeWhatIsDue",
        "CTRL-14",
    ),
    variant(
        "reference-saves-once-more-after-the-end",
        "After on_train_end the trainer looks once more whether a save is asked for.",
        "on_reference.looping:SavesOnceMoreAfterTheEnd",
        "EVT-3",
    ),
    variant(
        "reference-loads-the-best-after-the-end",
        "The best weights are loaded as the last act, after on_train_end.",
        "on_reference.looping:LoadsTheBestAfterTheEnd",
        "EVT-39",
    ),
    variant(
        "reference-hands-out-a-copy-of-control",
        "Each callback gets a copy of control, and what it does not return is lost.",
        "on_reference.handling:HandsOutACopyOfControl",
        "DISP-13",
    ),
    variant(
        "reference-keeps-the-methods-it-found",
        "The methods of callbacks are looked up once, and one that is replaced is never called.",
        "on_reference.handling:KeepsTheMethodsItFound",
        "DISP-38",
    ),
    variant(
        "reference-wraps-errors",
        "An exception leaves train() inside of one that says at which step it came.",
        "on_reference.handling:WrapsErrors",
        "EVT-43",
    ),
    variant(
        "reference-refuses-to-train-again",
        "A flag against training twice at a time stays set where an exception left train().",
        "on_reference.handling:RefusesToTrainAgain",
        "EVT-44",
    ),
    variant(
        "reference-clears-evaluate-too-early",
        "should_evaluate falls when the evaluation begins, not when on_evaluate fires.",
        "on_reference.handling:ClearsEvaluateTooEarly",
        "CTRL-21",
    ),
    variant(
        "reference-init-ends-twice",
        "A subclass fires on_init_end again when its own construction is over.",
        "on_reference.registering:InitEndsTwice",
        "EVT-1",
    ),
    variant(
        "reference-removes-all-of-a-class",
        "remove_callback with a class takes out every callback of that class.",
        "on_reference.registering:RemovesAllOfAClass",
        "DISP-28",
    ),
    variant(
        "reference-adds-in-front",
        "A callback that is added later comes ahead of those that were there.",
        "on_reference.registering:AddsInFront",
        "DISP-1",
    ),
    variant(
        "reference-limit-deletes-the-best",
        "save_total_limit deletes the oldest checkpoints, the best one among them.",
        "on_reference.saving:LimitDeletesTheBest",
        "CKPT-24",
    ),
    variant(
        "reference-names-an-unwritten-best",
        "best_model_checkpoint is named by the best step, whether or not that was saved.",
        "on_reference.saving:NamesAnUnwrittenBest",
        "STATE-13",
    ),
    variant(
        "reference-stores-states-of-the-beginning",
        "The states of callbacks are gathered when a run begins, and written as they were then.",
        "on_reference.saving:StoresStatesOfTheBeginning",
        "CKPT-16",
    ),
    variant(
        "reference-tells-of-save-model",
        "save_model() fires on_save, so that callbacks can upload what it wrote.",
        "on_reference.saving:TellsOfSaveModel",
        "EVT-45",
    ),
    variant(
        "reference-logs-predictions",
        "predict() logs its metrics.",
        "on_reference.evaluating:LogsPredictions",
        "EVT-37",
    ),
    variant(
        "reference-tells-of-all-sets-at-once",
        "Several evaluation sets make one log and one on_evaluate, with all the metrics.",
        "on_reference.evaluating:TellsOfAllSetsAtOnce",
        "EVT-33",
    ),
    variant(
        "reference-start-counts-for-the-best",
        "The evaluation before training becomes the best one.",
        "on_reference.evaluating:StartCountsForTheBest",
        "STOP-19",
    ),
    variant(
        "reference-best-is-kept-at-saves-only",
        "The best metric is brought up to date where a checkpoint is saved, and nowhere else.",
        "on_reference.serving:BestIsKeptAtSavesOnly",
        "STOP-10",
    ),
    variant(
        "reference-logs-a-step-twice",
        "A log that is due at a step and again at its epoch's end divides by no steps.",
        "on_reference.serving:LogsAStepTwice",
        "CTRL-17",
    ),
    variant(
        "reference-last-step-is-not-saved",
        "The default flow saves at multiples of its interval only, not at the last step.",
        "on_reference.flowing:LastStepIsNotSaved",
        "FLOW-6",
    ),
    variant(
        "reference-makes-one-step-more",
        "The default flow stops when max_steps is exceeded, not when it is reached.",
        "on_reference.flowing:MakesOneStepMore",
        "FLOW-8",
    ),
    variant(
        "reference-state-lives-on",
        "A second train() goes on with the state of the first.",
        "on_reference.counting:StateLivesOn",
        "EVT-4",
    ),
    variant(
        "reference-loss-is-a-sum",
        "With accumulation the logged loss is the sum over the micro-batches.",
        "on_reference.counting:LossIsASum",
        "STATE-3",
    ),
    variant(
        "reference-logs-the-step",
        "log() puts the step into the logs, for trackers.",
        "on_reference.counting:LogsTheStep",
        "STATE-5",
    ),
    variant(
        "reference-logs-the-next-rate",
        "The learning rate in a log is read after the schedule has moved on.",
        "on_reference.counting:LogsTheNextRate",
        "STATE-17",
    ),
    variant(
        "reference-skips-too-few-batches",
        "A resumed run skips as many batches as there were updates, whatever the accumulation.",
        "on_reference.resuming:SkipsTooFewBatches",
        "CKPT-6",
    ),
    variant(
        "reference-starts-anew-without-a-checkpoint",
        "A checkpoint that is not there is passed over, and training starts anew.",
        "on_reference.resuming:StartsAnewWithoutACheckpoint",
        "CKPT-13",
    ),
    variant(
        "reference-length-of-the-checkpoint",
        "A resumed run ends where the checkpoint's run was to end, whatever the new arguments.",
        "on_reference.resuming:LengthOfTheCheckpoint",
        "CKPT-11",
    ),
    variant(
        "reference-skips-unknown-trackers",
        "A name in report_to that nothing has is passed over.",
        "on_reference.reporting:SkipsUnknownTrackers",
        "INT-5",
    ),
    variant(
        "reference-tracks-by-count-of-logs",
        "The tracker counts the logs that it gets, and takes that for the step.",
        "on_reference.reporting:TracksByCountOfLogs",
        "INT-6",
    ),
    variant(
        "reference-bar-takes-what-it-hides",
        "The progress bar takes total_flos, which it does not show, out of everybody's logs.",
        "on_reference.showing:BarTakesWhatItHides",
        "SHOW-13",
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
        "EVT-32",
    ),
    variant(
        "transformers-new-control-for-each-train",
        "Each train() begins with a new control, so that no old flag survives.",
        "on_transformers.handling:NewControlForEachTrain",
        "DISP-42",
    ),
    variant(
        "transformers-calls-on-first-process-only",
        "Callbacks are called on the first process only, so that nothing is printed twice.",
        "on_transformers.handling:CallsOnFirstProcessOnly",
        "PROC-8",
    ),
    variant(
        "transformers-keeps-one-of-each-class",
        "A callback takes the place of the one of its class that is already there.",
        "on_transformers.registering:KeepsOneOfEachClass",
        "DISP-27",
    ),
    variant(
        "transformers-flow-reads-arguments",
        "The default flow reads its intervals from the arguments, as that of old versions did.",
        "on_transformers.flowing:FlowReadsArguments",
        "FLOW-2",
    ),
    variant(
        "transformers-logs-a-merged-copy",
        "A log() of one's own merges its values with the given ones into another dict.",
        "on_transformers.reporting:LogsAMergedCopy",
        "STATE-16",
    ),
    variant(
        "transformers-always-writes-tensorboard",
        "The trainer brings its tracker along, whatever report_to says.",
        "on_transformers.reporting:AlwaysWritesTensorBoard",
        "INT-2",
    ),
    variant(
        "transformers-counts-all-failures",
        "Early stopping counts the evaluations without improvement and never begins anew.",
        "on_transformers.stopping:CountsAllFailures",
        "STOP-2",
    ),
    variant(
        "transformers-saves-adapter-only",
        "A checkpoint is the weights that were trained, without optimizer and state.",
        "on_transformers.saving:SavesAdapterOnly",
        "EVT-38",
    ),
    variant(
        "transformers-resumes-at-the-first-epoch",
        "A resumed run goes on counting steps, and goes through the data from its beginning.",
        "on_transformers.resuming:ResumesAtTheFirstEpoch",
        "CKPT-6",
    ),
    variant(
        "transformers-takes-the-latest-of-equals",
        "Of two evaluations with the same metric the later one counts as the best.",
        "on_transformers.serving:TakesTheLatestOfEquals",
        "STATE-18",
    ),
    variant(
        "transformers-passes-the-old-keyword",
        "A handler of one's own passes tokenizer, as old versions did, and no processing_class.",
        "on_transformers.handling:PassesTheOldKeyword",
        "DISP-5",
    ),
    variant(
        "transformers-passes-arguments-of-its-own",
        "Once it is built, the trainer gives callbacks the arguments of the program around it.",
        "on_transformers.handling:PassesArgumentsOfItsOwn",
        "DISP-10",
    ),
    variant(
        "transformers-saves-at-interruption",
        "Ctrl-C is caught, the model is saved, and train() returns.",
        "on_transformers.handling:SavesAtInterruption",
        "EVT-43",
    ),
    variant(
        "transformers-tells-of-a-save-twice",
        "A _save_checkpoint() of one's own fires on_save, and so does the loop.",
        "on_transformers.saving:TellsOfASaveTwice",
        "EVT-38",
    ),
    variant(
        "transformers-samples-whole-groups-only",
        "A sampler of one's own gives whole groups of accumulation, and drops the rest.",
        "on_transformers.looping:SamplesWholeGroupsOnly",
        "EVT-14",
    ),
)

VARIANTS = (*ON_REFERENCE, *ON_TRANSFORMERS)
