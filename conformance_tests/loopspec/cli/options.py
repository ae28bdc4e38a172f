"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from loopspec.report.form import FORMS
from loopspec.vocabulary import Edition, Level

Command = TypeVar("Command", bound=Callable[..., Any])

_RULE = click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Only this rule; may be a pattern (CTRL-*).",
)
_LEVEL = click.option(
    "--level",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    callback=lambda context, option, value: value and Level(value),
    help="Only rules of this level and above.",
)
_JSON = click.option("--json", "json_to", metavar="PATH", help="Write JSON to PATH; - for stdout.")
_SCENARIO = click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    help="Only this scenario (and plain): a name, a file NAME.json, or JSON itself.",
)
_SELECTING = (_RULE, _LEVEL)
_JUDGING = (
    click.option(
        "--edition",
        type=click.Choice([edition.value for edition in Edition]),
        callback=lambda context, option, value: Edition(value),
        default=Edition.TRANSFORMERS_5.value,
        show_default=True,
        help="The state of the protocol to judge by.",
    ),
    click.option(
        "--known",
        "known_files",
        multiple=True,
        metavar="FILE",
        help="TOML file of known deviations; may be repeated, later ones win.",
    ),
    click.option(
        "--no-known",
        is_flag=True,
        help="Leave out the known deviations that come with the subject.",
    ),
    click.option("--strict", is_flag=True, help="A SHOULD that is broken counts like a MUST."),
    click.option("-q", "--quiet", is_flag=True, help="Only the last line."),
)
_VERBOSE = click.option("-v", "--verbose", is_flag=True, help="All rules, with what was observed.")


def _running(timeout: float) -> tuple[Callable[[Any], Any], ...]:
    return (
        click.option(
            "-j",
            "--processes",
            type=click.IntRange(min=0),
            default=1,
            show_default=True,
            help="Worker processes; 0 runs all in this one, for debugging.",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            default=timeout,
            show_default=True,
            metavar="SECONDS",
            help="For one scenario.",
        ),
    )


_FUZZING = (
    click.option(
        "--examples",
        type=click.IntRange(min=1),
        default=500,
        show_default=True,
        help="How many scenarios are generated.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="The same seed generates the same scenarios.",
    ),
    click.option(
        "--corpus",
        metavar="DIR",
        help="Play the scenarios of this folder first, and save there what fails.",
    ),
    click.option(
        "--replay",
        "replays",
        multiple=True,
        metavar="FILE",
        help="Play this saved scenario, and generate none; may be repeated.",
    ),
    click.option(
        "--profile",
        metavar="NAME",
        help="Compare with what the machine predicts by this profile (reference, transformers-5).",
    ),
    click.option(
        "--shrink",
        type=click.FloatRange(min=0),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to look for a smaller scenario that fails in the same way.",
    ),
)


def _all(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _writing(command: Command) -> Command:
    """An option for each form of a report; the command gets `places`, where each is to go."""

    @functools.wraps(command)
    def gathered(*args: Any, **options: Any) -> Any:
        asked = {name: options.pop(name) for name in FORMS}
        places = {name: place for name, place in asked.items() if place}
        return command(*args, places=places, **options)

    for name, form in reversed(FORMS.items()):
        told = f"Write {form.what}, to PATH; - for stdout."
        gathered = click.option(f"--{name}", name, metavar="PATH", help=told)(gathered)
    return gathered  # type: ignore[return-value]  # it is called as the command, but for `places`


writing_json = _all(_JSON)
selecting = _all(*_SELECTING, _JSON)
judging = _all(*_SELECTING, *_JUDGING, _VERBOSE, _writing)
running = _all(_SCENARIO, *_running(60.0))
fuzzing = _all(*_SELECTING, *_JUDGING, _JSON, *_FUZZING, *_running(30.0))
