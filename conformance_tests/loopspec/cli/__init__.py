"""The command `loopspec`: one small module for each of its subcommands.

Exit status: 0 conforms, 1 does not, 2 wrong use or the adapter's fault, 3 nothing was judged,
130 interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from loopspec.cli.bench import bench
from loopspec.cli.check import check
from loopspec.cli.explain import explain
from loopspec.cli.fuzz import fuzz
from loopspec.cli.html import html
from loopspec.cli.judge import judge
from loopspec.cli.new_adapter import new_adapter
from loopspec.cli.record import record
from loopspec.cli.rules import rules
from loopspec.faults import Fault
from loopspec.recording import suite_version
from loopspec.trace_file import TraceError

CONFORMS, BROKEN, WRONG_USE, NOTHING_JUDGED, INTERRUPTED = 0, 1, 2, 3, 130


@click.group(
    no_args_is_help=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.pass_context
@click.version_option(suite_version(), prog_name="loopspec")
def loopspec(context: click.Context) -> None:
    """Does a trainer call its callbacks as the specification says?

    \b
    loopspec check mypkg:MyTrainer      run the scenarios on a trainer and judge it
    loopspec new-adapter mypkg:Loop     write the adapter for a loop of another shape
    loopspec explain CTRL-3             what a rule says, why, and with which example

    Exit status: 0 it conforms, 1 it does not, 2 wrong use or the adapter's fault, 3 nothing was
    judged.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (bench, check, explain, fuzz, html, judge, new_adapter, record, rules):
    loopspec.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and give the exit status. Wrong use gets one line on stderr."""
    try:
        return int(loopspec.main(arguments, prog_name="loopspec", standalone_mode=False) or 0)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "loopspec"
        return _say(f"{error.format_message().rstrip('.')}. See `{command} --help`.")
    except (click.ClickException, Fault, TraceError) as error:
        return _say(
            error.format_message() if isinstance(error, click.ClickException) else str(error)
        )
    except OSError as error:
        return _say(f"{error.filename or 'writing'}: {error.strerror}.")
    except (click.Abort, KeyboardInterrupt):
        click.echo("loopspec: interrupted", err=True)
        return INTERRUPTED


def _say(message: str) -> int:
    click.echo(f"loopspec: error: {message}", err=True)
    return WRONG_USE
