"""From a subject to what was found on it: `loopspec fuzz` as a function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path

import msgspec

from loopspec.corpus import CORPUS
from loopspec.faults import Fault
from loopspec.fuzzing.campaign import Campaign, Finding
from loopspec.fuzzing.verdicts import Court
from loopspec.known import Known
from loopspec.machine.profile import PROFILES, Profile, profile_of
from loopspec.playing import Stage
from loopspec.run import Progress, bundled_with, declared_in, staged
from loopspec.scenario_file import read_scenario
from loopspec.selection import PLAIN, choose_rules
from loopspec.smoke import blame_adapter
from loopspec.subjects.base import Subject
from loopspec.trace import Provenance
from loopspec.vocabulary import Edition, Level


class Search(msgspec.Struct):
    """What a search came to: how many scenarios were played, and what was found.

    `profile` is the name of the one that traces were compared with; empty where there was none.
    """

    by: Provenance
    played: int
    findings: list[Finding]
    profile: str = ""

    def conforms(self, *, strict: bool = False) -> bool:
        """Whether nothing was found that counts."""
        return not any(finding.found.counts(strict=strict) for finding in self.findings)


def search(
    subject: Subject | str,
    *,
    examples: int = 500,
    seed: int = 0,
    rules: Iterable[str] | None = None,
    level: Level | None = None,
    edition: Edition = Edition.TRANSFORMERS_5,
    known: Mapping[str, Known | str] | str | PathLike[str] | None = None,
    bundled: bool = True,
    profile: str | None = None,
    corpus: str | PathLike[str] | None = None,
    replay: Iterable[str | PathLike[str]] = (),
    processes: int = 1,
    timeout: float = 30.0,
    seconds: float = 60.0,
    progress: Progress | None = None,
) -> Search:
    """Play generated scenarios on a subject, judge each, and shrink those that go wrong.

    Args:
        subject: as for `check`; so are `rules`, `level`, `edition`, `known`, `bundled`,
            `processes`, `timeout`, `progress` and what is raised.
        examples: how many scenarios are generated.
        seed: from which they are drawn; the same one gives the same scenarios.
        profile: the name of the profile that predicts the traces. If left out, reference and
            transformers are compared with their own, unless `rules` or `level` says what is wanted;
            for all others there is none.
        corpus: a folder of scenarios that are played first, and where those that fail are saved.
        replay: files of scenarios; if there are any, they alone are played.
        seconds: how long to look for a smaller scenario that fails in the same way.
    """
    chosen = choose_rules(rules, level)
    declared = declared_in(known)
    files = {Path(name): read_scenario(str(name)) for name in replay}
    with staged(subject, processes, timeout) as stage:
        described = stage.describe()
        if bundled:
            declared = {**bundled_with(described), **declared}
        _smoke(stage, described.by.subject)
        by = described.by
        whole = rules is None and level is None
        name, compared = _profile(profile, by, whole)
        campaign = Campaign(
            stage,
            Court(chosen, edition, declared, compared),
            frozenset(by.capabilities),
            corpus=None if corpus is None else Path(corpus),
            seconds=seconds,
            progress=progress,
        )
        found = list(campaign.replay(files) if files else campaign.run(examples, seed))
        return Search(by, campaign.played, found, name)


def _smoke(stage: Stage, name: str) -> None:
    """Play the plainest scenario: whose fault is it if not even that works?"""
    blame_adapter(next(iter(stage.play([CORPUS[PLAIN]]))), name)


def _profile(wanted: str | None, by: Provenance, whole: bool) -> tuple[str, Profile | None]:
    if wanted is None:
        name = profile_of(by) if whole else ""
        return name, PROFILES.get(name)
    if wanted not in PROFILES:
        raise Fault(f"there is no profile {wanted}. There are {', '.join(PROFILES)}.")
    return wanted, PROFILES[wanted]
