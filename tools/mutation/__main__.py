"""`python -m mutation make`, `run GROUP`, `show GROUP`, `table`: see README.md."""

from __future__ import annotations

import sys

from mutation import commands

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:]))
