"""Tells when a checkpoint is half deleted, whoever deletes it.

Python tells of each file that goes, by an audit event: so this holds for any trainer, whatever it
deletes with.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

_CHECKPOINT = re.compile(r"checkpoint-\d+")


def when_half_deleted(do: Callable[[], None]) -> None:
    """Call `do` from when on one file of a checkpoint is gone, as the next one goes.

    What listens to audit events stays for the life of the process.
    """
    gone, inside = 0, False

    def hear(event: str, given: tuple[Any, ...]) -> None:
        nonlocal gone, inside
        if event == "shutil.rmtree":
            inside = bool(_CHECKPOINT.search(str(given[0])))
        elif event == "os.remove":
            # Where a whole folder goes, a file has a name, and no path.
            alone = "/" not in str(given[0])
            if (inside and alone) or _CHECKPOINT.search(str(given[0])):
                gone += 1
                if gone == 2:
                    do()

    sys.addaudithook(hear)
