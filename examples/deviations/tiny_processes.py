"""Runs a script again as two processes, as torchrun does, and reads what each of them wrote."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

RANK = int(os.environ.get("RANK", "-1"))
"""Which of the two processes this is; -1 where it is neither."""

FOLDER = os.environ.get("TOLD", "")
"""One that both processes may write to."""


def tell(text: str) -> None:
    """What this process has to tell: the last one counts."""
    Path(FOLDER, str(RANK)).write_text(text, "utf-8")


def two(script: str, seconds: float) -> tuple[str, str]:
    """What the two processes told; "nothing" if one did not in so many seconds, and was ended."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
        command += ["--master-addr", "127.0.0.1", "--master-port", port, script]
        world = {"TOLD": folder, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
        launched = subprocess.Popen(command, env=os.environ | world, stderr=subprocess.DEVNULL)
        try:
            launched.wait(seconds)
        except subprocess.TimeoutExpired:
            launched.terminate()  # which has it end the two
            launched.wait()
        files = (Path(folder, str(rank)) for rank in range(2))
        first, second = (file.read_text("utf-8") if file.exists() else "nothing" for file in files)
        return first, second
