"""Which rules and which scenarios a person means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from loopspec.corpus import CORPUS
from loopspec.faults import Fault
from loopspec.scenario import Scenario
from loopspec.scenario_file import is_scenario_json, read_scenario
from loopspec.spec import Rule
from loopspec.spec import rules as all_rules
from loopspec.vocabulary import Level

PLAIN = "plain"
"""The plainest scenario, which is always run first."""


def choose_rules(patterns: Iterable[str] | None = None, level: Level | None = None) -> list[Rule]:
    """The rules that match one of the patterns (`CTRL-*`) and are of `level` or above.

    Raises:
        Fault: a pattern that matches no rule.
    """
    known = all_rules()
    wanted = set(known)
    if patterns is not None:
        wanted = set()
        for pattern in patterns:
            found = {name for name in known if fnmatchcase(name, pattern.upper())}
            if not found:
                raise Fault(f"there is no rule {pattern}.{_near(pattern.upper(), known, 'rules')}")
            wanted |= found
    order = list(Level)
    above = order if level is None else order[: order.index(level) + 1]
    return [rule for rule in known.values() if rule.id in wanted and rule.level in above]


def one_rule(name: str) -> Rule:
    """The rule with this id.

    Raises:
        Fault: there is none.
    """
    found = all_rules().get(name.upper())
    if found is None:
        raise Fault(f"there is no rule {name}.{_near(name.upper(), all_rules(), 'rules')}")
    return found


def choose_scenarios(
    wanted: Iterable[Scenario | str] | None = None, rules: Sequence[Rule] | None = None
) -> list[Scenario]:
    """The scenarios wanted; or all, or those that show one of `rules`, and the plainest one first.

    Raises:
        Fault: a name that the corpus does not have, or a file that holds no scenario.
    """
    if wanted is not None:
        chosen = [_one(scenario) for scenario in wanted]
    elif rules is None:
        return list(CORPUS.values())
    else:
        ids = {rule.id for rule in rules}
        chosen = [scenario for scenario in CORPUS.values() if ids & set(scenario.shows)]
    # By name, so that one which is asked for twice is run once.
    return list({scenario.name: scenario for scenario in (CORPUS[PLAIN], *chosen)}.values())


def _one(wanted: Scenario | str) -> Scenario:
    if isinstance(wanted, Scenario):
        return wanted
    if is_scenario_json(wanted):
        return read_scenario(wanted)
    if wanted not in CORPUS:
        raise Fault(f"there is no scenario {wanted}.{_near(wanted, CORPUS, 'rules --scenarios')}")
    return CORPUS[wanted]


def _near(wanted: str, known: Iterable[str], command: str) -> str:
    near = difflib.get_close_matches(wanted, list(known), 3)
    return f" Did you mean {' or '.join(near)}?" if near else f" `loopspec {command}` lists them."
