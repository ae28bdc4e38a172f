"""`loopspec rules`: list the rules, or the scenarios."""

from __future__ import annotations

import click

from loopspec.cli.options import selecting
from loopspec.cli.output import check_places, write
from loopspec.corpus import CORPUS
from loopspec.json_text import pretty
from loopspec.selection import choose_rules, choose_scenarios
from loopspec.vocabulary import Level


@click.command()
@selecting
@click.option("--scenarios", is_flag=True, help="List the scenarios instead, which show the rules.")
def rules(rules: tuple[str, ...], level: Level | None, json_to: str | None, scenarios: bool) -> int:
    """List the rules: id, level, sentence."""
    check_places(json_to)
    chosen = choose_rules(rules or None, level)
    if scenarios:
        shown = choose_scenarios(None, chosen) if rules or level else list(CORPUS.values())
        lines = [str(scenario) for scenario in shown]
        data: list[object] = [*shown]
    else:
        lines = [f"{rule.id:9} {rule.level:7} {rule.sentence}" for rule in chosen]
        data = [*chosen]
    if json_to:
        write(json_to, pretty(data))
    if json_to != "-":
        click.echo("\n".join(lines))
    return 0
