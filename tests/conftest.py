"""What several test modules need of pytest."""

from __future__ import annotations

import pytest

from cachelint.fixes.instances import rehydrate
from cachelint.fixes.rows import dict_form
from cachelint.run import formatter


@pytest.fixture(autouse=True)
def no_formatter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a fix writes stays as it writes it: a formatter may be installed here, or not."""
    if "formatter" not in request.module.__name__:
        monkeypatch.setattr(formatter, "_find", lambda name: "")


@pytest.fixture
def dicts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the form that stores dicts: where it is refused, or to be read first, no other takes its place."""
    monkeypatch.setattr(rehydrate, "propose", dict_form.propose)
