"""Simulated trainers that call callbacks with wrong arguments."""

from __future__ import annotations

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.trace import Record
from loopspec.vocabulary import Event


class PassesByKeyword(Simulation):
    """The event is handed to callbacks as it came in, all of it by keyword."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        record.positional = 0
        record.keywords |= dict.fromkeys(("args", "state", "control"), True)
        return record


class ModelPassedPositionally(Simulation):
    """The model is what a callback wants most, so it comes fourth."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        record.positional = 4
        del record.keywords["model"]
        return record


class TokenizerForProcessingClass(Simulation):
    """Callbacks are still given a tokenizer, as they were before it was renamed."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        record.keywords["tokenizer"] = record.keywords.pop("processing_class")
        return record


class NoneLeftOut(Simulation):
    """What does not exist yet is left out, to keep calls short."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        record.keywords = {name: given for name, given in record.keywords.items() if given}
        return record


class SetNamedInTrainingOnly(Simulation):
    """on_evaluate is told which set was evaluated, by the one of two callers who knows it."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        if event is Event.EVALUATE and self.trained:
            record.keywords["eval_name"] = True
        return record


class OptimizerMadeLate(Simulation):
    """The optimizer and its schedule are made when the first step needs them."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        if event in (Event.TRAIN_BEGIN, Event.EPOCH_BEGIN) and self.state.global_step == 0:
            record.keywords |= dict.fromkeys(("optimizer", "lr_scheduler"), False)
        return record


class KeywordsOfConstruction(Simulation):
    """The handler keeps what there was when it was made, and is never told of anything newer."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        kept = ("optimizer", "lr_scheduler", "train_dataloader", "eval_dataloader")
        record.keywords |= dict.fromkeys(kept, False)
        return record


class EvaluationLoaderUnknown(Simulation):
    """The evaluation makes its loader for itself, and the handler never hears of it."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        record.keywords["eval_dataloader"] = False
        return record


class EvaluationLoaderForgotten(Simulation):
    """The loader of an evaluation is let go of when its event has been fired."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        self.evaluated = self.evaluated and event not in (Event.EVALUATE, Event.PREDICT)
        return record


class LogsSpreadOut(Simulation):
    """Each logged value comes as a keyword argument of its own."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        if event is Event.LOG:
            del record.keywords["logs"]
            record.keywords |= dict.fromkeys(record.logs or {}, True)
            record.logs = None
        return record


class LogsLeftBehind(Simulation):
    """The logs are put among what every event is given, and nobody takes them out again."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        if self.logs:
            record.keywords["logs"] = True
        return record


class MetricsInHistoryOnly(Simulation):
    """on_evaluate is given no metrics, as log_history has them."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        if event is Event.EVALUATE:
            del record.keywords["metrics"]
            record.metrics = None
        return record


class MetricsAtSave(Simulation):
    """on_save is given the metrics of the last evaluation too, as somebody wished for them."""

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        if event is Event.SAVE:
            record.keywords["metrics"] = bool(self.metrics)
        return record


KEYWORDS: tuple[Mutant, ...] = (
    simulated(PassesByKeyword, "DISP-4"),
    simulated(ModelPassedPositionally, "DISP-4"),
    simulated(TokenizerForProcessingClass, "DISP-5"),
    simulated(NoneLeftOut, "DISP-5"),
    simulated(SetNamedInTrainingOnly, "DISP-33"),
    simulated(OptimizerMadeLate, "DISP-6"),
    simulated(KeywordsOfConstruction, "DISP-6"),
    simulated(EvaluationLoaderUnknown, "DISP-7"),
    simulated(EvaluationLoaderForgotten, "DISP-7"),
    simulated(LogsSpreadOut, "DISP-8"),
    simulated(LogsLeftBehind, "DISP-8"),
    simulated(MetricsInHistoryOnly, "DISP-9"),
    simulated(MetricsAtSave, "DISP-9"),
)
