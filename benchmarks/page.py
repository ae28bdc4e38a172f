"""Renders README.md and the plots from the results: `python benchmarks/page.py [--check]`.

Each `<!-- name -->` in README.md begins a block that is made here, up to `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import re
import sys
from itertools import chain
from pathlib import Path

from page_plots import draw
from page_tables import (
    agreeing,
    called,
    events,
    keywords,
    mixed,
    overheads,
    remains,
    waiting,
    waits,
    where,
)
from page_targets import of_dispatch, of_steps, table
from results import Agreeing, Dispatch, Steps, kept

README = Path(__file__).parent / "README.md"
JOB = "one parameter"


def results() -> tuple[Dispatch, Steps]:
    """What was measured.

    Raises:
        SystemExit: nothing was yet.
    """
    dispatch, steps = kept("dispatch", Dispatch), kept("steps", Steps)
    if dispatch is None or steps is None:
        raise SystemExit("page: there are no results; `make bench` measures")
    return dispatch, steps


def blocks(dispatch: Dispatch, steps: Steps) -> dict[str, str]:
    """The text of each block."""
    made = {
        "targets": table(chain(of_dispatch(dispatch), of_steps(steps, JOB))),
        "dispatch": f"{where(dispatch)}\n\n{events(dispatch)}",
        "keywords": keywords(dispatch),
        "mixed": mixed(dispatch),
        "steps": f"{where(steps)}\n\n{overheads(steps, JOB)}",
        "jobs": "\n".join(
            f"**{job}**\n\n{overheads(steps, job)}" for job in steps.jobs if job != JOB
        ),
        "remains": f"{remains(steps, JOB)}\n{called(steps, JOB)}",
        "waiting": waiting(steps, JOB),
    }
    agreed = kept("agreeing", Agreeing)
    if agreed is not None:
        made["agreeing"] = f"{where(agreed)}\n\n{agreeing(agreed)}"
    on_device = kept("steps-cuda", Steps)
    made["cuda"] = (
        "Not measured yet: no machine with a GPU was at hand. `python benchmarks/measure_steps.py "
        "--device cuda` measures there.\n"
        if on_device is None
        else "\n".join(
            [
                where(on_device),
                "",
                *(overheads(on_device, job) for job in on_device.jobs),
                waits(on_device),
            ]
        )
    )
    return made


def rendered(text: str, made: dict[str, str]) -> str:
    """The page, with its blocks made anew."""
    for name, block in made.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, b=block: f"{match[1]}\n{b}\n{match[2]}", text)
        assert found == 1, f"README.md has one block {name}"
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    wanted = parser.parse_args()
    before = README.read_text("utf-8")
    found = results()
    now = rendered(before, blocks(*found))
    if not wanted.check:
        draw(*found, JOB)
        README.write_text(now, "utf-8")
    elif now != before:
        print("benchmarks/README.md is not what the results say; run benchmarks/page.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
