"""The repository is tied; and taking any one thing away is told of, with the place."""

import functools
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import tie
from tie import Tied, fingerprint, loose_ends

from loopspec.spec import Rule, rules


@functools.cache
def whole() -> Tied:
    return tie.tied()


RULES = list(rules())
JUDGED = [rule.id for rule in rules().values() if not rule.untestable]


def without(mapping: object, name: str) -> dict[str, object]:
    assert isinstance(mapping, dict)
    return {key: value for key, value in mapping.items() if key != name}


def changed(name: str, **fields: object) -> dict[str, Rule]:
    return {**rules(), name: msgspec.structs.replace(rules()[name], **fields)}


def first_of(all_of_it: Tied, about: str) -> str:
    """The complaint about one rule; the names in prose are looked at in a test of their own."""
    return next(line for line in loose_ends(all_of_it._replace(prose={})) if about in line)


def test_the_repository_is_tied() -> None:
    assert loose_ends(whole()) == []


@pytest.mark.parametrize("rule", JUDGED)
def test_a_check_that_is_taken_away_is_missed(rule: str) -> None:
    less = whole()._replace(checks=without(whole().checks, rule))
    assert f"{rule} has no check" in first_of(less, rule)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_taken_away_leaves_its_check_and_its_hash(rule: str) -> None:
    less = whole()._replace(rules=without(rules(), rule))
    lines = loose_ends(less._replace(prose={}))
    assert f"acknowledged.toml: {rule} is stated nowhere; {tie.ACKNOWLEDGE}" in lines
    assert any(f"checks {rule}, which no chapter states" in line for line in lines) is (
        rule in JUDGED
    )


@pytest.mark.parametrize("rule", RULES)
def test_an_example_that_shows_nothing_is_told_of(rule: str) -> None:
    less = whole()._replace(rules=changed(rule, examples=(">>> x = 1\n",)))
    assert "no example that shows" in first_of(less, rule)


@pytest.mark.parametrize("rule", RULES)
def test_a_hash_that_is_taken_away_is_missed(rule: str) -> None:
    less = whole()._replace(acknowledged=without(whole().acknowledged, rule))
    assert f"{rule} is new; {tie.ACKNOWLEDGE} {rule}" in first_of(less, rule)


@pytest.mark.parametrize("rule", JUDGED)
def test_a_scenario_that_is_taken_away_is_missed(rule: str) -> None:
    less = whole()._replace(shown=whole().shown - {rule})
    assert f"no scenario is there for {rule}" in first_of(less, rule)


ONE = rules()["CTRL-3"]
CHANGES: dict[str, tuple[Callable[[], Tied], str]] = {
    "sentence": (
        lambda: whole()._replace(rules=changed("CTRL-3", sentence="Something else.")),
        "CTRL-3 says something else than when its check was last looked at",
    ),
    "level": (
        lambda: whole()._replace(rules=changed("CTRL-3", level="SHOULD")),
        "CTRL-3 says something else than when its check was last looked at",
    ),
    "excuse beside a check": (
        lambda: whole()._replace(rules=changed("CTRL-3", untestable="no")),
        "CTRL-3 is said to be untestable, and has a check",
    ),
    "no source": (
        lambda: whole()._replace(rules=changed("CTRL-3", sources=())),
        "CTRL-3 names no source",
    ),
    "a source that is none": (
        lambda: whole()._replace(rules=changed("CTRL-3", sources=("B-149",))),
        "CTRL-3 names the source B-149, which there is not",
    ),
    "an example that is none": (
        lambda: whole()._replace(rules=changed("CTRL-3", examples=(">>> x\n 1\n>>>y\n",))),
        "the example of CTRL-3 cannot be read",
    ),
    "a scenario for nothing": (
        lambda: whole()._replace(shown=whole().shown | {"CTRL-999"}),
        "a scenario shows CTRL-999",
    ),
    "a statement less": (
        lambda: whole()._replace(statements=without(whole().statements, "P-1")),
        "P-1 is missing",
    ),
    "a statement that no rule cites": (
        lambda: whole()._replace(
            rules={
                name: msgspec.structs.replace(rule, sources=("B-1",))
                for name, rule in rules().items()
            }
        ),
        "no rule comes from P-76",
    ),
    "an excuse too many": (
        lambda: whole()._replace(
            statements={**whole().statements, "P-76": {"says": "so", "excused": "why"}}
        ),
        "P-76 is excused, and a rule cites it",
    ),
    "a name in prose": (
        lambda: whole()._replace(prose={"a.md": "fine\nas CTRL-" + "998 has it"}),
        "a.md:2: names CTRL-" + "998, which no chapter states",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_comes_apart_is_told_with_its_place(change: str) -> None:
    make, words = CHANGES[change]
    assert any(words in line for line in loose_ends(make()))


def test_acknowledging_keeps_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tie, "ACKNOWLEDGED", tmp_path / "acknowledged.toml")
    tie.acknowledge(["CTRL-3"])
    tie.acknowledge(["CTRL-4"])
    kept = tie._table(tie.ACKNOWLEDGED)["rules"]
    assert kept == {name: fingerprint(rules()[name]) for name in ("CTRL-3", "CTRL-4")}
    tie.acknowledge([])
    assert list(tie._table(tie.ACKNOWLEDGED)["rules"]) == RULES


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--acknowledge", "CTRL-0"], 2), ([], 0)], ids=["unknown", "looks"]
)
def test_the_command(arguments: list[str], status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["tie.py", *arguments])
    monkeypatch.setattr(tie, "tied", whole)
    assert tie.main() == status
