"""`loopspec explain`: what one rule says, why, and how it is checked."""

from __future__ import annotations

import click

from loopspec.cli.output import check_places, write
from loopspec.corpus import CORPUS
from loopspec.json_text import pretty
from loopspec.selection import one_rule
from loopspec.spec import Rule


@click.command()
@click.argument("rule")
@click.option("--json", "json_to", metavar="PATH", help="Write JSON to PATH; - for stdout.")
def explain(rule: str, json_to: str | None) -> int:
    """Say what RULE means: its sentence, its reason, an example, and what shows it."""
    check_places(json_to)
    found = one_rule(rule)
    if json_to:
        write(json_to, pretty(found))
    if json_to != "-":
        click.echo(_text(found))
    return 0


def _text(rule: Rule) -> str:
    facts = {
        "needs": ", ".join(sorted(rule.needs)),
        "builds on": ", ".join(rule.builds_on),
        "sources": ", ".join(rule.sources),
        "in the wild": rule.wild,
        "shown by": ", ".join(s.name for s in CORPUS.values() if rule.id in s.shows),
        "not judged": rule.untestable,
        "read": rule.link,
    }
    parts = [f"{rule.id} {rule.level} {rule.sentence}", f"Why: {rule.why}"]
    if rule.variants:
        parts.append("\n".join(_variant(name, ed, what) for name, ed, what in _variants(rule)))
    parts += [example.rstrip() for example in rule.examples]
    parts.append("\n".join(f"{name}: {text}" for name, text in facts.items() if text))
    return "\n\n".join(parts)


def _variants(rule: Rule) -> list[tuple[str, str, str]]:
    return [(v.name, ", ".join(v.editions) or "any edition", v.what) for v in rule.variants]


def _variant(name: str, editions: str, what: str) -> str:
    return f"variant {name} ({editions}): {what}"
