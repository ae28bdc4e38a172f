"""A campaign: plays generated scenarios on one subject, and reports the smallest that fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from loopspec.fuzzing.findings import named, save, saved
from loopspec.fuzzing.hunting import drawn, shrunk
from loopspec.fuzzing.verdicts import Court, Found
from loopspec.playing import Stage
from loopspec.run import Progress
from loopspec.scenario import Scenario
from loopspec.trace import Trace
from loopspec.vocabulary import Capability

CHUNK = 250
"""Scenarios that are drawn with one seed of their own, and played before the next ones are."""


class Finding(msgspec.Struct):
    """Something found, in the smallest scenario that shows it.

    `path` is the file of that scenario, if there is one, and `again` whether it was a saved one
    already. `steady` tells whether it showed up once more when the scenario was played again.
    """

    found: Found
    path: Path | None = None
    again: bool = False
    steady: bool = True


class Campaign:
    """Plays saved and generated scenarios, judges each, and shrinks those that fail.

    Args:
        stage: where scenarios are played.
        court: by what they are judged.
        has: the capabilities of the subject; what needs more is not generated.
        corpus: the folder of saved scenarios, to which those that fail are added.
        seconds: how long to look for a smaller scenario that fails in the same way.
        progress: called after each scenario.
    """

    def __init__(
        self,
        stage: Stage,
        court: Court,
        has: frozenset[Capability],
        *,
        corpus: Path | None = None,
        seconds: float = 60.0,
        progress: Progress | None = None,
    ) -> None:
        self._stage, self._court, self._has = stage, court, has
        self._corpus, self._seconds, self._progress = corpus, seconds, progress
        self._seen: set[str] = set()
        self.played = 0

    def replay(self, scenarios: dict[Path, Scenario]) -> Iterator[Finding]:
        """Play saved scenarios as they are."""
        files = {one.name: path for path, one in scenarios.items()}
        for trace in self._play(list(scenarios.values()), len(scenarios)):
            for found in self._court.judged(trace)[:1]:
                self._seen.add(found.what)
                yield Finding(found, files[trace.scenario.name], again=True)

    def run(self, examples: int, seed: int) -> Iterator[Finding]:
        """Play what is saved, then as many generated scenarios; the same for the same seed."""
        if self._corpus is not None:
            able = {p: one for p, one in saved(self._corpus).items() if one.needs() <= self._has}
            yield from self.replay(able)
        before = self.played
        for number, start in enumerate(range(0, examples, CHUNK)):
            # Large steps, so that seeds next to each other have no chunk in common.
            its_seed, count = seed * 1_000_003 + number, min(CHUNK, examples - start)
            scenarios = drawn(count, its_seed, self._has)
            traces = self._play(scenarios, examples + before)
            for scenario, trace in zip(scenarios, traces, strict=True):
                if found := self._new(trace):
                    yield self._smallest(found, scenario, count, its_seed)

    def _new(self, trace: Trace) -> Found | None:
        """What is wrong with a trace, if nothing that is wrong with it was seen before."""
        found = self._court.judged(trace)
        return found[0] if found and not self._seen & {one.what for one in found} else None

    def _smallest(self, found: Found, scenario: Scenario, count: int, seed: int) -> Finding:
        def fails(one: Scenario) -> bool:
            return any(other.what == found.what for other in self._court.judged(self._one(one)))

        small = shrunk(scenario, fails, count, seed, self._has, self._seconds)
        last = self._court.judged(self._one(named(found.what, small)))
        self._seen |= {found.what, *(one.what for one in last)}
        same = next((one for one in last if one.what == found.what), None)
        if same is None:
            found.trace.scenario = named(found.what, scenario)
        shown = same or found
        path = save(shown.trace.scenario, self._corpus) if self._corpus else None
        return Finding(shown, path, steady=same is not None)

    def _one(self, scenario: Scenario) -> Trace:
        return next(iter(self._stage.play([scenario])))

    def _play(self, scenarios: Sequence[Scenario], of: int) -> list[Trace]:
        """The traces of scenarios, in their order, whatever the order in which they end."""
        # By number, as many have one name, and a stage tells them apart by it.
        numbered = {f"{one.name}-{number}": one for number, one in enumerate(scenarios)}
        renamed = [msgspec.structs.replace(one, name=name) for name, one in numbered.items()]
        traces: dict[str, Trace] = {}
        for trace in self._stage.play(renamed):
            name = trace.scenario.name
            trace.scenario = numbered[name]
            traces[name] = trace
            self.played += 1
            if self._progress:
                self._progress(self.played, of, name)
        return [traces[name] for name in numbered]
