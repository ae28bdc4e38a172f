"""Looks for spoiled traces that tell survivors from the rules: `python -m mutation seek GROUP`.

A check is a function of a trace, and traces that nobody made cost nothing. So lots are drawn, and
each survivor is given the traces that come of them, until it finds something else in one than the
rule does. The lots that tell something are written into `tools/spoiling/further_lots.json`; what
the checks find there is what `tools/tests/test_spoil.py` holds them to, once `tools/spoil.py` was
run.
"""

from __future__ import annotations

import functools
import json
import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import spoiling
from msgspec.structs import replace
from spoiling.good import FILE, SCENARIOS, good

from loopspec.corpus import CORPUS
from loopspec.fuzzing.hunting import drawn
from loopspec.json_text import pretty
from loopspec.rules import CHECKS, is_about
from loopspec.scenario_file import read_scenario
from loopspec.trace import Trace
from loopspec.vocabulary import ALONE
from mutation.mutant import ROOT, Mutant, Source
from mutation.planting import Garden
from mutation.replanting import replant
from mutation.replaying import Summary, forget, reached_by, reaches, summary_of

INVENTED = 200
"""How many scenarios are drawn for each round."""
TRACES = 1500
"""How many spoiled traces a survivor is given in each round, or a few more."""


class Lot(NamedTuple):
    """A spoiled trace, and which lot it is."""

    name: str
    number: int
    trace: Trace


def seek(survivors: list[Mutant], rounds: int) -> None:
    """Draw lots for so many rounds, and write down those that tell a survivor from its rule."""
    asker = Asker({mutant.path for mutant in survivors})
    further = {name: list(numbers) for name, numbers in spoiling.FURTHER.items()}
    _invent(rounds)
    begin = max((n for numbers in further.values() for n in numbers), default=spoiling.EACH - 1) + 1
    left = survivors
    for number in range(begin, begin + rounds * TRACES, TRACES):
        lots = functools.cache(lambda name, n: draw(name, [n])[0])
        chosen: list[Lot] = []
        for mutant in left[:]:
            names = asker.scenarios(mutant)
            numbers = [spoiling.UNSPOILED, *range(number, number + max(4, TRACES // len(names)))]
            # One that tells another mutant too costs nothing more.
            order = [*chosen, *(lots(name, n) for n in numbers for name in names)]
            at = asker.first(mutant, order)
            if at is not None:
                left.remove(mutant)
                if at >= len(chosen):
                    chosen.append(order[at])
                    further.setdefault(order[at].name, []).append(order[at].number)
                    _write(further)
            if lots.cache_info().currsize > 10 * TRACES:
                lots.cache_clear()
        print(f"lots from {number} on: {len(chosen)} tell; {len(left)} left", flush=True)


def _write(further: dict[str, list[int]]) -> None:
    """Now, so that a search may be broken off."""
    spoiling.FILE.write_text(json.dumps(dict(sorted(further.items()))) + "\n", "utf-8")
    invented = {*further} - {*CORPUS}
    FILE.write_bytes(pretty({n: s for n, s in SCENARIOS.items() if n in invented}))


def draw(name: str, numbers: Sequence[int]) -> list[Lot]:
    """The lots with these numbers of a scenario."""
    traces = spoiling.spoiled(_good(name), numbers)
    return [Lot(name, number, trace) for number, (_, trace) in zip(numbers, traces, strict=True)]


def _invent(rounds: int) -> None:
    """Add scenarios that nobody wrote: those that campaigns found, and some that are drawn."""
    for file in sorted((ROOT / "conformance_tests/tests/fuzzing/found").glob("*.json")):
        SCENARIOS.setdefault(file.stem, read_scenario(str(file)))
    seed = len(SCENARIOS)
    for n, scenario in enumerate(drawn(INVENTED * rounds, seed, frozenset(ALONE))):
        SCENARIOS[f"drawn-{seed}-{n}"] = replace(scenario, name=f"drawn-{seed}-{n}")


@functools.cache
def _good(name: str) -> Trace:
    return good(SCENARIOS[name])


class Asker:
    """Gives spoiled traces to the mutants of some modules, each in a fork of this process."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._reached = {rule: reached_by(check) for rule, check in CHECKS.items()}
        self._gardens = {path: Garden(Source(path), ROOT / path) for path in paths}

    def _rules(self, mutant: Mutant) -> list[str]:
        """Those whose checks may call the changed function; all, if that is not known."""
        rules = [rule for rule, places in self._reached.items() if reaches(places, mutant)]
        return rules or list(CHECKS)

    def scenarios(self, mutant: Mutant) -> list[str]:
        """Those in which one of these rules has something to look at."""
        rules = self._rules(mutant)
        names = list(SCENARIOS)
        return [name for name in names if any(_looks(rule, name) for rule in rules)] or names

    def first(self, mutant: Mutant, lots: Sequence[Lot]) -> int | None:
        """Which of the lots is the first in which the mutant finds something else; None if it
        finds the same in all."""
        reads, writes = os.pipe()
        child = os.fork()
        if not child:
            told = b""
            try:
                told = str(next(self._telling(mutant, lots), "")).encode()
            except Exception:
                traceback.print_exc()
            finally:
                os.write(writes, told)
                os._exit(0)
        os.close(writes)
        os.waitpid(child, 0)
        with os.fdopen(reads) as pipe:
            answer = pipe.read()
        return int(answer) if answer else None

    def _telling(self, mutant: Mutant, lots: Sequence[Lot]) -> Iterator[int]:
        garden, rules = self._gardens[mutant.path], self._rules(mutant)
        before = [_found(rules, lot) for lot in lots]
        if not garden.plant(mutant):
            replant(garden.source, mutant)
        yield from (n for n, lot in enumerate(lots) if _found(rules, lot) != before[n])


@functools.cache
def _looks(rule: str, name: str) -> bool:
    return any(_found([rule], Lot(name, 0, _good(name))))


def _found(rules: Sequence[str], lot: Lot) -> list[Summary]:
    about = [rule for rule in rules if is_about(rule, lot.trace.scenario)]
    found = [summary_of(rule, lot.trace, worded=True) for rule in about]
    for trace in lot.trace.ranks:
        forget(trace)
    return found
