"""``python -m cachelint``."""

import sys

from cachelint.cli import main

if __name__ == "__main__":
    sys.exit(main())
