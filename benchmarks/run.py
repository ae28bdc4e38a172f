"""Runs all benchmarks that this machine allows, and renders the page: `make bench`.

They run in the environment `peers` (results/environments/peers.txt), which is made if it is not
there. What it cannot measure is said in one line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tools"))

from environments import SETTINGS, Unavailable, python_of  # noqa: E402  # found from here on

SCRIPTS = (
    ("measure_dispatch.py",),
    ("measure_steps.py",),
    ("measure_steps.py", "--device", "cuda"),
    ("measure_agreeing.py",),
    ("recording_overhead.py", "--rounds", "2", "--write"),
    ("page.py",),
)
"""In this order; the page last. The page and what recording costs need no other trainer."""
OURS = ("measure_agreeing.py", "recording_overhead.py", "page.py")


def main() -> int:
    try:
        peers = python_of("peers")
    except Unavailable as reason:
        print(f"bench: {reason}")
        return 2
    without = [] if shutil.which("valgrind") else ["--no-instructions"]
    if without:
        print("bench: valgrind is not installed, so instructions are not counted")
    for script, *arguments in SCRIPTS:
        more = without if script == "measure_dispatch.py" else []
        python = sys.executable if script in OURS else str(peers)
        print(f"bench: {script} {' '.join(arguments)}".rstrip(), flush=True)
        command = [python, str(HERE / script), *arguments, *more]
        environment = {**os.environ, **SETTINGS, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, env=environment, cwd=ROOT)
        if done.returncode:
            print(f"bench: {script} failed")
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
