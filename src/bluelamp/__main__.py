"""`python -m bluelamp` is the command `bluelamp`."""

import sys

from bluelamp.cli import main

if __name__ == "__main__":
    sys.exit(main())
