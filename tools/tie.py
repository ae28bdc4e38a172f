"""Holds the specification and its checks together: `python tools/tie.py` says what came apart.

    python tools/tie.py --acknowledge CTRL-3 ...   the checks of these rules were looked at again
    python tools/tie.py --acknowledge              those of all rules

A rule's level and sentence are what its check was written for. `tools/acknowledged.toml` keeps a
hash of them; when the words change, somebody has to look at the check and say so.
"""

from __future__ import annotations

import doctest
import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from loopspec.corpus import CORPUS
from loopspec.rules import CHECKS
from loopspec.spec import Rule, rules

ROOT = Path(__file__).parents[1]
ACKNOWLEDGED = ROOT / "tools" / "acknowledged.toml"
STATEMENTS = ROOT / "tools" / "statements.toml"
ACKNOWLEDGE = "python tools/tie.py --acknowledge"

SOURCES = {"P": 79, "B": 148, "D": 36}
"""How many statements of the page, measured behaviours and disagreements there are."""


NO_RULES = frozenset(
    [f"EVT-{number}" for number in range(20, 31)]  # moved to other chapters, never used again
    + [
        "CTRL-0",
        "CTRL-33",
        "CTRL-77",
        "CTRL-99",
        "CTRL-999",
        "CTRL-2777",
    ]  # what tests call a rule that is none
)
"""Ids that may be named although no chapter states them."""


class Tied(NamedTuple):
    """Everything that has to fit together."""

    rules: Mapping[str, Rule]
    checks: Mapping[str, str]
    """Rule id to the place of its check."""
    shown: frozenset[str]
    """The ids in `shows` of all scenarios."""
    acknowledged: Mapping[str, str]
    """Rule id to the hash of the words that its check was last looked at for."""
    statements: Mapping[str, Mapping[str, str]]
    """The page's statements: what each says, and why no rule cites it, if none does."""
    prose: Mapping[str, str]
    """Path to text, of every file that may name a rule."""


def tied() -> Tied:
    """The repository as it is."""
    names = subprocess.run(
        ["git", "ls-files", "*.md", "*.py", "*.toml"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return Tied(
        rules(),
        {rule: f"{check.__module__}.{check.__name__}" for rule, check in CHECKS.items()},
        frozenset(rule for scenario in CORPUS.values() for rule in scenario.shows),
        _table(ACKNOWLEDGED).get("rules", {}),
        _table(STATEMENTS),
        {name: (ROOT / name).read_text("utf-8") for name in names if (ROOT / name).exists()},
    )


def _table(path: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def fingerprint(rule: Rule) -> str:
    """A short hash of a rule's level and sentence."""
    return hashlib.sha256(f"{rule.level} {rule.sentence}".encode()).hexdigest()[:12]


def loose_ends(all_of_it: Tied) -> list[str]:
    """What came apart, a line each: where, what, and what to do."""
    return [
        line
        for find in (_checks, _words, _examples, _scenarios, _sources, _statements, _names)
        for line in find(all_of_it)
    ]


def _checks(t: Tied) -> Iterator[str]:
    for rule in t.rules.values():
        if rule.untestable and rule.id in t.checks:
            yield f"{rule.where}: {rule.id} is said to be untestable, and has a check"
        if not rule.untestable and rule.id not in t.checks:
            yield (
                f"{rule.where}: {rule.id} has no check; write one in loopspec/rules/, or say why "
                "there can be none: - Untestable: reason"
            )
    for name, place in t.checks.items():
        if name not in t.rules:
            yield f"{place}: checks {name}, which no chapter states"


def _words(t: Tied) -> Iterator[str]:
    for rule in t.rules.values():
        if rule.id not in t.acknowledged:
            yield f"{rule.where}: {rule.id} is new; {ACKNOWLEDGE} {rule.id}"
        elif t.acknowledged[rule.id] != fingerprint(rule):
            yield (
                f"{rule.where}: {rule.id} says something else than when its check was last looked "
                f"at; look at {t.checks.get(rule.id, 'it')}, then {ACKNOWLEDGE} {rule.id}"
            )
    for name in t.acknowledged:
        if name not in t.rules:
            yield f"{ACKNOWLEDGED.name}: {name} is stated nowhere; {ACKNOWLEDGE}"


def _examples(t: Tied) -> Iterator[str]:
    parser = doctest.DocTestParser()
    for rule in t.rules.values():
        try:
            wanted = [e.want for text in rule.examples for e in parser.get_examples(text)]
        except ValueError as error:
            yield f"{rule.where}: the example of {rule.id} cannot be read: {error}"
            continue
        if not any(wanted):
            yield f"{rule.where}: {rule.id} has no example that shows what comes"


def _scenarios(t: Tied) -> Iterator[str]:
    for rule in t.rules.values():
        if not rule.untestable and rule.id not in t.shown:
            yield f"{rule.where}: no scenario is there for {rule.id}; add it to `shows` of one"
    for name in sorted(t.shown - t.rules.keys()):
        yield f"loopspec/corpus: a scenario shows {name}, which no chapter states"


def _sources(t: Tied) -> Iterator[str]:
    for rule in t.rules.values():
        if not rule.sources:
            yield f"{rule.where}: {rule.id} names no source (- Sources: P-…, B-…)"
        for source in rule.sources:
            kind, _, number = source.partition("-")
            if not number.isdigit() or not 1 <= int(number) <= SOURCES.get(kind, 0):
                yield f"{rule.where}: {rule.id} names the source {source}, which there is not"


def _statements(t: Tied) -> Iterator[str]:
    cited = {source for rule in t.rules.values() for source in rule.sources}
    for number in range(1, SOURCES["P"] + 1):
        name = f"P-{number}"
        statement = t.statements.get(name, {})
        if not statement.get("says"):
            yield f"{STATEMENTS.name}: {name} is missing"
        elif name in cited and statement.get("excused"):
            yield f"{STATEMENTS.name}: {name} is excused, and a rule cites it; take the excuse out"
        elif name not in cited and not statement.get("excused"):
            yield (
                f"{STATEMENTS.name}: no rule comes from {name} ({statement['says']}); state one, "
                'or say why not: excused = "reason"'
            )


def _names(t: Tied) -> Iterator[str]:
    prefixes = {name.partition("-")[0] for name in t.rules}
    written = re.compile(rf"\b(?:{'|'.join(sorted(prefixes))})-\d+\b")
    for path, text in t.prose.items():
        for number, line in enumerate(text.splitlines(), 1):
            for name in written.findall(line):
                if name not in t.rules and name not in NO_RULES:
                    yield f"{path}:{number}: names {name}, which no chapter states"


def acknowledge(names: list[str]) -> None:
    """Keep the words of these rules, or of all, as those that their checks were looked at for."""
    stated = rules()
    kept = _table(ACKNOWLEDGED).get("rules", {})
    chosen = names or list(stated)
    hashes = {
        name: fingerprint(rule) if name in chosen else kept[name]
        for name, rule in stated.items()
        if name in chosen or name in kept
    }
    lines = [f'{name} = "{hashed}"' for name, hashed in hashes.items()]
    head = f"# The words for which each rule's check was last looked at: {ACKNOWLEDGE} RULE\n\n"
    ACKNOWLEDGED.write_text(head + "[rules]\n" + "\n".join(lines) + "\n", "utf-8")


def main() -> int:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--acknowledge"]:
        unknown = [name for name in arguments[1:] if name not in rules()]
        if unknown:
            print(f"there is no rule {unknown[0]}", file=sys.stderr)
            return 2
        acknowledge(arguments[1:])
        return 0
    found = loose_ends(tied())
    print("\n".join(found) if found else f"{len(rules())} rules, their checks and sources: tied")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
