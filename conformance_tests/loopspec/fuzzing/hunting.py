"""Hypothesis at work: draws scenarios, and makes one that fails as small as it can.

Drawing and shrinking are apart, so that many scenarios can be played at once. What a seed draws
does not depend on what comes of it: a shrink draws the same again, up to the one that fails.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as with_seed

from loopspec.fuzzing.scenarios import scenarios
from loopspec.fuzzing.simplify import simplified
from loopspec.scenario import Scenario
from loopspec.vocabulary import Capability

Fails = Callable[[Scenario], bool]


class _FailsError(Exception):
    """What tells Hypothesis that an example fails."""


def drawn(count: int, seed: int, has: frozenset[Capability]) -> list[Scenario]:
    """The scenarios that this seed draws, `count` of them or all that there are."""
    found: list[Scenario] = []
    _run(found.append, count, seed, has)
    return found


def shrunk(
    scenario: Scenario,
    fails: Fails,
    count: int,
    seed: int,
    has: frozenset[Capability],
    seconds: float,
) -> Scenario:
    """The smallest scenario that was found to fail too.

    Args:
        scenario: one that fails, drawn with this `count` and `seed`.
        fails: plays a scenario, and says whether it fails in the same way.
        seconds: how long to go on playing.
    """
    before = drawn(count, seed, has)
    known = {_key(one): False for one in before[: before.index(scenario)]}
    known[_key(scenario)] = True
    ends = time.monotonic() + seconds
    smallest = scenario

    def still_fails(one: Scenario) -> bool:
        nonlocal smallest
        key = _key(one)
        if key not in known and time.monotonic() < ends:
            known[key] = fails(one)
        if known.get(key, False):
            smallest = one
        return known.get(key, False)

    def try_it(one: Scenario) -> None:
        if still_fails(one):
            raise _FailsError

    with contextlib.suppress(_FailsError):
        _run(try_it, count, seed, has, shrink=True)
    return simplified(smallest, still_fails)


def _key(scenario: Scenario) -> bytes:
    return msgspec.json.encode(scenario)


def _run(
    test: Callable[[Scenario], None],
    count: int,
    seed: int,
    has: frozenset[Capability],
    shrink: bool = False,
) -> None:
    @with_seed(seed)
    @settings(
        max_examples=count,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        database=None,
        deadline=None,  # how long a scenario may take is for who plays it to say
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(scenarios(has))
    def examples(scenario: Scenario) -> None:
        test(scenario)

    examples()
