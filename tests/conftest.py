"""What several test modules need of pytest."""

from __future__ import annotations

import pytest

from cachelint.fixes.instances import rehydrate
from cachelint.fixes.rows import dict_form


@pytest.fixture
def dicts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the form that stores dicts: where it is refused, or to be read first, no other takes its place."""
    monkeypatch.setattr(rehydrate, "propose", dict_form.propose)
