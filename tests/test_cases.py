"""Every case of tests/cases, and of each more than its author asked for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cachelint.findings import Applicability
from cachelint.project.codebase import Codebase
from cachelint.project.files import discover
from cachelint.rules.loading import rules
from cachelint.run.analysis import analyse
from cachelint.run.before import resolved
from cachelint.run.fix import repair
from tests.support import CODES, OF_PROJECTS, check, expected, make_project, options_of, project_of, reported

CASES = Path(__file__).parent / "cases"


def _cases() -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for path in sorted(CASES.glob("CL*.py")):
        parts = re.split(r"^# --- (.*)\n", path.read_text(encoding="utf-8"), flags=re.M)
        for title, text in zip(parts[1::2], parts[2::2], strict=True):
            found.append((path.stem, title, text.strip() + "\n"))
    return found


ALL = _cases()
IDS = [f"{code}-{title.replace(' ', '-')}" for code, title, _ in ALL]


def codes_for(code: str) -> frozenset[str]:
    """The rules that cases of a rule are held to."""
    return CODES | ({code} & OF_PROJECTS)


@pytest.mark.parametrize(("code", "title", "text"), ALL, ids=IDS)
def test_case(code: str, title: str, text: str, tmp_path: Path) -> None:
    root = project_of(tmp_path, text)
    outcome = check(root, codes_for(code))
    assert reported(outcome.findings) == expected(root)
    assert not outcome.problems


@pytest.mark.slow
@pytest.mark.parametrize(("code", "title", "text"), ALL, ids=IDS)
def test_the_order_of_files_does_not_matter(code: str, title: str, text: str, tmp_path: Path) -> None:
    root = project_of(tmp_path, text)
    files = discover(root).files
    options = resolved(options_of(root, codes_for(code)))
    forward = analyse(options, files).findings
    assert analyse(options, files[::-1]).findings == forward


WITH_FINDINGS = [(case, name) for case, name in zip(ALL, IDS, strict=True) if re.search(r"# CL\d", case[2])]


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c, _ in WITH_FINDINGS], ids=[n for _, n in WITH_FINDINGS])
def test_silencing_leaves_nothing(case: tuple[str, str, str], tmp_path: Path) -> None:
    text = re.sub(r"#((?: CL\d{3})+)\s*$", r"# cachelint: ignore\1 -- seen", case[2], flags=re.M)
    text = re.sub(r"ignore((?: CL\d{3})+)", lambda m: "ignore " + ", ".join(m.group(1).split()), text)
    assert check(project_of(tmp_path, text), codes_for(case[0])).findings == []


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c, _ in WITH_FINDINGS], ids=[n for _, n in WITH_FINDINGS])
def test_fixes_hold(case: tuple[str, str, str], tmp_path: Path) -> None:
    root = project_of(tmp_path, case[2])
    options = options_of(root, codes_for(case[0]))
    before = check(root, options.codes).findings
    path = root / "app/case.py"
    comments = re.findall(r"#.*", path.read_text(encoding="utf-8"))
    done = repair(options, unsafe=True, write_files=True)
    ast.parse(path.read_text(encoding="utf-8"))
    assert re.findall(r"#.*", path.read_text(encoding="utf-8")) == comments
    fixable = [f for f in before if f.fix is not None]
    assert len(done.repair.fixed) >= len({f.fix for f in fixable}) - len(done.repair.taken_back)
    assert not done.repair.taken_back
    again = path.read_bytes()
    assert repair(options, unsafe=True, write_files=True).repair.fixed == []
    assert path.read_bytes() == again
    assert all(
        f.fix is None or f.fix.applicability is not Applicability.SAFE for f in check(root, options.codes).findings
    )


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_as_much_that_is_clean_as_that_is_not(rule: object) -> None:
    code = getattr(rule, "code", "")
    mine = [text for of, _, text in ALL if of == code]
    dirty = sum(1 for text in mine if re.search(rf"#[ CL\d]* {code}\b", text))
    assert mine
    assert len(mine) - dirty >= dirty - 1 or _clean_calls(mine) >= _dirty_calls(mine, code)


def _clean_calls(texts: list[str]) -> int:
    lines = [line for text in texts for line in text.splitlines()]
    return sum(
        1
        for line in lines
        if re.search(r"\.(a?set|add|get_or_set|set_many|loads?)\(|cache_page\(", line) and "# CL" not in line
    )


def _dirty_calls(texts: list[str], code: str) -> int:
    return sum(len(re.findall(rf"#[ CL\d]* {code}\b", text)) for text in texts)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_the_examples_of_the_documentation(rule: object, tmp_path: Path) -> None:
    for number, example in enumerate(getattr(rule, "examples", ())):
        models = "from django.db import models\n\n\nclass Product(models.Model):\n    name = models.CharField()\n"
        models += "    active = models.BooleanField()\n"
        for sort, text in (("bad", example.bad), ("good", example.good)):
            # Settings are those of the project.
            where = (
                "config__settings"
                if getattr(rule, "code", "").startswith("CL6") and "CACHES" in text
                else "app__example"
            )
            root = make_project(tmp_path / f"{sort}{number}", shop__models=models, **{where: text})
            codes = codes_for(getattr(rule, "code", ""))
            assert reported(check(root, codes).findings) == expected(root), text


def test_the_cases_are_python(tmp_path: Path) -> None:
    root = make_project(tmp_path, ALL[0][2])
    assert "app/case.py" in Codebase(root, discover(root).files).modules
