"""`python -m loopspec` is the command `loopspec`."""

import sys

from loopspec.cli import main

if __name__ == "__main__":
    sys.exit(main())
