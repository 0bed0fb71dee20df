"""``python -m cachelint``."""

from __future__ import annotations

from cachelint.cli.main import program

if __name__ == "__main__":
    program()
