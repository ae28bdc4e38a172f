"""Cutting a scenario down to what a subject has: what it lacks takes something out."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

import msgspec

from loopspec.scenario import Act, Scenario
from loopspec.vocabulary import Capability

_Cut = Callable[[Scenario], Scenario]
_replace = msgspec.structs.replace


def within(scenario: Scenario, has: Set[Capability]) -> Scenario:
    """The scenario, less all that needs a capability which is not there."""
    for capability, cuts in _CUTS.items():
        if capability not in has:
            for cut in cuts:
                scenario = cut(scenario)
    if not scenario.anew.needs() <= has:
        scenario = _replace(scenario, resumed_with={})
    return scenario


def _sets(**fields: Any) -> _Cut:
    return lambda scenario: _replace(scenario, **fields)


def _acts(change: Callable[[Act], Act]) -> _Cut:
    def cut(scenario: Scenario) -> Scenario:
        return _replace(
            scenario,
            callbacks=tuple(
                _replace(part, acts=tuple(map(change, part.acts))) for part in scenario.callbacks
            ),
        )

    return cut


def _raises_not(letters: str) -> _Cut:
    return _acts(
        lambda act: _replace(act, raises="".join(x for x in act.raises if x not in letters))
    )


def _does_not(*what: str) -> _Cut:
    return _acts(lambda act: _replace(act, does="", whom="") if act.does in what else act)


def _calls_not(*prefixes: str) -> _Cut:
    def cut(scenario: Scenario) -> Scenario:
        left = [call for call in scenario.calls if not call.startswith(prefixes)]
        return _replace(scenario, calls=tuple(left) or ("train",))

    return cut


def _parts(**fields: Any) -> _Cut:
    return lambda scenario: _replace(
        scenario, callbacks=tuple(_replace(part, **fields) for part in scenario.callbacks)
    )


_NO_BEST = _sets(load_best_model_at_end=False, metric_for_best_model=None, early_stopping=None)
_SAVES_STEPS: _Cut = lambda scenario: _replace(  # noqa: E731  # it stands beside the others
    scenario,
    save_strategy="steps" if scenario.save_strategy == "best" else scenario.save_strategy,
)

_CUTS: dict[Capability, tuple[_Cut, ...]] = {
    Capability.ARGUMENTS: (lambda s: _replace(s, eval_steps=s.eval_steps or 1),),
    Capability.EPOCHS: (lambda s: _replace(s, num_train_epochs=min(1, s.num_train_epochs)),),
    Capability.ACCUMULATION: (_sets(gradient_accumulation_steps=1),),
    Capability.LOGGING: (
        _sets(logging_strategy="no", logging_first_step=False),
        _does_not("log"),
    ),
    Capability.EVALUATION: (
        _sets(eval_strategy="no", eval_on_start=False),
        _NO_BEST,
        _SAVES_STEPS,
        _raises_not("V"),
        _does_not("evaluate"),
        _calls_not("evaluate"),
    ),
    Capability.EVAL_ON_START: (_sets(eval_on_start=False),),
    Capability.PREDICTION: (_calls_not("predict"),),
    Capability.SAVING: (
        _sets(save_strategy="no", load_best_model_at_end=False),
        _raises_not("S"),
        _calls_not("save-", "resume"),
    ),
    Capability.SAVE_BEST: (_SAVES_STEPS,),
    Capability.TRAINING_STOP: (_raises_not("T"),),
    Capability.EPOCH_STOP: (_raises_not("E"),),
    Capability.REQUESTS: (_raises_not("SVL"),),
    Capability.REGISTRATION: (
        _parts(given="instance"),
        _does_not("add", "remove"),
        _calls_not("add:", "remove", "pop", "hide"),
    ),
    Capability.EARLY_STOPPING: (_sets(early_stopping=None),),
    Capability.CALLBACK_STATES: (
        _sets(restore_callback_states_from_checkpoint=False),
        _parts(stateful=False),
    ),
    Capability.DEFAULT_FLOW: (_does_not("tune"),),
    Capability.PUSHING: (_calls_not("push"),),
    Capability.DISPLAY: (
        _sets(display="", max_str_len=None),
        _does_not("demote"),
        _calls_not("hide"),
    ),
    Capability.STRING_LIMIT: (_sets(max_str_len=None),),
    Capability.INTEGRATIONS: (_sets(report_to=()),),
    Capability.TENSORBOARD: (_sets(report_to=()),),
    Capability.RESUME: (_calls_not("resume"),),
}
