"""The command that repeats one finding."""

from __future__ import annotations

from loopspec.report.model import RuleResult
from loopspec.vocabulary import Edition, Verdict


def again(command: str, result: RuleResult, edition: Edition) -> str:
    """`command`, which made the report, narrowed to one rule and its scenario; empty if it is."""
    evidence = result.evidence if result.verdict is not Verdict.STALE else None
    return narrowed(
        command, result.rule.id, evidence.trace.scenario.name if evidence else "", edition
    )


def narrowed(command: str, rule: str, scenario: str, edition: Edition) -> str:
    """The same where only the names are there; either may be empty."""
    if not command:
        return ""
    words = [command]
    if rule:
        words += ["--rule", rule]
    # `loopspec judge` has the traces that it has, and takes no choice of scenarios.
    if scenario and not command.startswith("loopspec judge "):
        words += ["--scenario", scenario]
    if edition is not Edition.TRANSFORMERS_5:
        words += ["--edition", edition]
    return " ".join(words)
