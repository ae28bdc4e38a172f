"""Making a scenario simpler by hand: what Hypothesis leaves is small, but seldom plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from loopspec.fuzzing.arguments import is_accepted
from loopspec.fuzzing.predictable import predictable
from loopspec.scenario import Act, Scenario, Scripted
from loopspec.scenario_file import unplayable
from loopspec.vocabulary import Event

_replace = msgspec.structs.replace
_PLAIN_JOB = Scenario(name="", train_batches=1, eval_batches=1, num_train_epochs=1)
_PLAIN_PART = Scripted("")
_PLAIN_ACT = Act(Event.INIT_END)
_KEPT = {"name", "may_raise", "callbacks", "calls", "event", "acts", "whom"}


def simplified(scenario: Scenario, fails: Callable[[Scenario], bool]) -> Scenario:
    """The scenario, with everything made plain that it can fail without."""
    found = True
    while found:
        found = False
        for simpler in _simpler(scenario):
            told = predictable(simpler)
            if told != scenario and fails(told):
                scenario, found = told, True
                break
    return scenario


def _simpler(scenario: Scenario) -> Iterator[Scenario]:
    """Scenarios with one thing less, that a trainer accepts; large things first."""
    for one in _smaller(scenario):
        if not unplayable(one) and is_accepted(one) and is_accepted(one.anew):
            yield one


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    for field in ("callbacks", "calls", "metrics", "eval_sets"):
        for left in _one_less(getattr(scenario, field)):
            if left or field != "calls":
                yield _replace(scenario, **{field: left})
    for n, part in enumerate(scenario.callbacks):
        others = scenario.callbacks[:n], scenario.callbacks[n + 1 :]
        for simpler in _simpler_parts(part):
            yield _replace(scenario, callbacks=(*others[0], simpler, *others[1]))
    yield from _plainer(scenario, _PLAIN_JOB)
    for name in scenario.resumed_with:
        rest = {other: v for other, v in scenario.resumed_with.items() if other != name}
        yield _replace(scenario, resumed_with=rest)
    if scenario.train_batches > 1:
        yield _replace(scenario, train_batches=scenario.train_batches - 1)


def _simpler_parts(part: Scripted) -> Iterator[Scripted]:
    for left in _one_less(part.acts):
        yield _replace(part, acts=left)
    yield from _plainer(part, _PLAIN_PART)
    for n, act in enumerate(part.acts):
        for simpler in _plainer(act, _PLAIN_ACT):
            yield _replace(part, acts=(*part.acts[:n], simpler, *part.acts[n + 1 :]))


def _plainer(thing: Any, plain: Any) -> Iterator[Any]:
    """The thing with one field as in a plain one."""
    for name in thing.__struct_fields__:
        if name == "does" and thing.does:
            yield _replace(thing, does="", whom="", value=1.0)
        elif name not in _KEPT and getattr(thing, name) != getattr(plain, name):
            yield _replace(thing, **{name: getattr(plain, name)})
    if isinstance(thing, Act):
        for name in ("raises", "lowers"):
            for left in _one_less(getattr(thing, name)):
                yield _replace(thing, **{name: left})


def _one_less(items: Any) -> Iterator[Any]:
    for n in range(len(items)):
        yield items[:n] + items[n + 1 :]
