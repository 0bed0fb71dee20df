"""Make an environment for each version of Django that the stories of the tests are run on: .venv/django-VERSION.

The newest Django wants a newer Python than the oldest: of the interpreters of this machine the first is taken that the
version can be installed for. Where there is none, that is said, and the tests skip that version.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
WANTED = {"4.2": "django>=4.2,<4.3", "5.2": "django>=5.2,<5.3", "newest": "django>=6"}


def interpreters() -> Iterator[str]:
    """Pythons of this machine, this one first."""
    yield sys.executable
    for minor in (14, 13, 12):
        for place in (
            shutil.which(f"python3.{minor}"),
            *map(str, Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python")),
        ):
            if place:
                yield place


def main() -> int:
    for version, requirement in WANTED.items():
        folder = ROOT / f".venv/django-{version}"
        if (folder / ".complete").exists():
            continue
        for python in interpreters():
            shutil.rmtree(folder, ignore_errors=True)
            made = subprocess.run([python, "-m", "venv", str(folder)], capture_output=True, check=False)
            if made.returncode:
                continue
            command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            done = subprocess.run([*command, requirement, "redis", "pymemcache"], capture_output=True, check=False)
            if done.returncode == 0:
                (folder / ".complete").touch()
                print(f"Django {version}: with {python}")
                break
        else:
            shutil.rmtree(folder, ignore_errors=True)
            print(f"Django {version}: no Python here that it can be installed for")
    return 0


if __name__ == "__main__":
    sys.exit(main())
