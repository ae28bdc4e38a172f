"""`loopspec new-adapter`: write the first version of an adapter, and its test."""

from __future__ import annotations

from pathlib import Path

import click

from loopspec.cli.output import check_places
from loopspec.scaffold import adapter_text, test_text
from loopspec.scaffold.writing import Place
from loopspec.targets import load_class


@click.command("new-adapter")
@click.argument("target", required=False)
@click.option(
    "-o",
    "--output",
    default="loopspec_adapter.py",
    show_default=True,
    metavar="FILE",
    help="Where the adapter goes; its test goes beside it.",
)
def new_adapter(target: str | None, output: str) -> int:
    """Write an adapter for TARGET, and a test that judges it.

    TARGET is a class, as module:attribute. What its constructor wants is guessed from the names
    of its parameters; what cannot be guessed is marked TODO. Without TARGET the file holds a small
    loop that stands in for yours, so that it works at once.
    """
    adapter = Path(output)
    if adapter.suffix != ".py" or not adapter.stem.isidentifier():
        raise click.UsageError(f"{output} is not the name of a Python module")
    test = adapter.with_name(f"test_{adapter.name}")
    check_places(output)
    if there := [str(path) for path in (adapter, test) if path.exists()]:
        raise click.UsageError(f"{' and '.join(there)} is there already, and is left as it is")
    text = adapter_text(adapter.name, *(_named(target) if target else ()))
    adapter.write_text(text, "utf-8")
    test.write_text(test_text(adapter.stem), "utf-8")
    todo = text.count("TODO")
    click.echo(f"{adapter} and {test} are written" + (f", {todo} TODO in {adapter}" * bool(todo)))
    click.echo(f"Judge the trainer: loopspec check {adapter}")
    return 0


def _named(target: str) -> tuple[type, Place]:
    trainer = load_class(target)
    module, _, attribute = target.rpartition(":")
    return trainer, Place(Path(module).stem if module.endswith(".py") else module, attribute)
