"""The words of the protocol: events, flags, capabilities, levels, verdicts.

Every word stands once, here, with the value that it has in a trace. Nothing in this module knows
of a trainer, and it imports nothing of loopspec.
"""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """A callback method. The value is its name; `code` its short name in one-line traces."""

    INIT_END = "on_init_end"
    TRAIN_BEGIN = "on_train_begin"
    EPOCH_BEGIN = "on_epoch_begin"
    STEP_BEGIN = "on_step_begin"
    SUBSTEP_END = "on_substep_end"
    PRE_OPTIMIZER_STEP = "on_pre_optimizer_step"
    OPTIMIZER_STEP = "on_optimizer_step"
    STEP_END = "on_step_end"
    LOG = "on_log"
    PREDICTION_STEP = "on_prediction_step"
    EVALUATE = "on_evaluate"
    SAVE = "on_save"
    EPOCH_END = "on_epoch_end"
    TRAIN_END = "on_train_end"
    PREDICT = "on_predict"
    PUSH_BEGIN = "on_push_begin"

    @property
    def code(self) -> str:
        return _CODES[self]


_SHORT = "IE TB EB SB SUB PO OS SE LG ps EV SV EE TE PR PB"
_CODES = dict(zip(Event, _SHORT.split(), strict=True))


class Flag(StrEnum):
    """A boolean of the control object. The value is its letter in a trace; `field` its attribute.

    Flags in a trace are a string of letters in the order of this enum, so that membership is
    plain: `Flag.SAVE in "TS"`.
    """

    TRAINING_STOP = "T"
    EPOCH_STOP = "E"
    SAVE = "S"
    EVALUATE = "V"
    LOG = "L"

    @property
    def field(self) -> str:
        return _FIELDS[self]


_FIELDS = {flag: f"should_{flag.name.lower()}" for flag in Flag}


def flag_names(letters: str) -> str:
    """The flags of a trace in words: `"TS"` -> `"should_training_stop, should_save"`."""
    return ", ".join(Flag(letter).field for letter in letters) or "no flag"


class Capability(StrEnum):
    """Something that a subject declares to have. A rule that needs more is not applicable to it."""

    ARGUMENTS = "arguments"
    EPOCHS = "epochs"
    ACCUMULATION = "accumulation"
    OPTIMIZER_EVENTS = "optimizer-events"
    LOGGING = "logging"
    EVALUATION = "evaluation"
    EVAL_ON_START = "eval-on-start"
    PREDICTION = "prediction"
    SAVING = "saving"
    SAVE_BEST = "save-best"
    TRAINING_STOP = "training-stop"
    EPOCH_STOP = "epoch-stop"
    REQUESTS = "requests"
    REGISTRATION = "registration"
    DEFAULT_FLOW = "default-flow"
    EARLY_STOPPING = "early-stopping"
    RESUME = "resume"
    PUSHING = "pushing"
    DISPLAY = "display"
    STRING_LIMIT = "string-limit"
    CALLBACK_STATES = "callback-states"
    INTEGRATIONS = "integrations"
    TENSORBOARD = "tensorboard"
    PROCESSES = "processes"
    CRASHES = "crashes"


ALONE = frozenset(Capability) - {Capability.PROCESSES, Capability.CRASHES}
"""What a trainer may have that trains in a single process, and is not killed there."""


class Level(StrEnum):
    """How binding a rule is (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Verdict(StrEnum):
    """What became of one rule for one subject."""

    PASS = "pass"
    FAIL = "fail"
    KNOWN = "known"
    STALE = "stale"
    BLOCKED = "blocked"
    ERROR = "error"
    NOT_EXERCISED = "not-exercised"
    NOT_APPLICABLE = "not-applicable"


class Edition(StrEnum):
    """A dated state of the protocol, by which a subject is judged."""

    TRANSFORMERS_5 = "transformers-5"
    PAGE = "page"
