"""Imported by the server from which the processes of worlds are forked: it makes the subject, so
that they need not import its framework again, which takes seconds."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import sys
from pathlib import Path
from typing import Final

from loopspec.sending import unpacked

METHOD: Final = "forkserver"
"""How processes are started that are forked from that server."""
WARM = "LOOPSPEC_WORLDS_SUBJECT"
"""Names the file with what is to be made, and the folders of modules."""


def warm() -> None:
    path, source = pickle.loads(Path(os.environ[WARM]).read_bytes())
    sys.path[:] = path
    # What fails here fails in each process again, where it can be told.
    with contextlib.suppress(Exception, SystemExit):
        unpacked(source)
        for name in _LATE if "torch" in sys.modules else ():
            importlib.import_module(name)


_LATE = ("torch._dynamo", "torch.distributed", "torch.nn.parallel")
"""What torch imports when the first optimizer is made, and what processes need: seconds again."""


if WARM in os.environ:
    warm()
