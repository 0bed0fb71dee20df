"""What each output format says, held against what its readers want."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from cachelint.cli.main import main
from cachelint.report.formats import FORMATS
from tests.support import REPOSITORY, make_project

CASE = """
def title(pk):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book)
    return book.title
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path, CASE)
    monkeypatch.chdir(root)
    return root


def output(capsys: pytest.CaptureFixture[str], name: str) -> str:
    assert main(["--no-cache", "--format", name]) == 1
    return capsys.readouterr().out


def test_sarif(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = json.loads(output(capsys, "sarif"))
    (run,) = log["runs"]
    found = {result["ruleId"]: result for result in run["results"]}
    assert log["version"] == "2.1.0"
    assert set(found) == {"CL101", "CL201"}
    instance = found["CL101"]
    assert run["tool"]["driver"]["rules"][instance["ruleIndex"]]["id"] == "CL101"
    assert instance["level"] == "error"
    place = instance["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("app/case.py", 29)
    steps = instance["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [28, 29]
    texts = [r["insertedContent"]["text"] for c in instance["fixes"][0]["artifactChanges"] for r in c["replacements"]]
    assert '.values("id", "title")' in texts


def test_the_same_finding_has_the_same_fingerprint_on_another_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def marks() -> list[str]:
        log = json.loads(output(capsys, "sarif"))
        return [result["partialFingerprints"]["cachelint/v1"] for result in log["runs"][0]["results"]]

    before = marks()
    path = project / "app/case.py"
    path.write_text("# one more line\n" + path.read_text())
    assert marks() == before
    assert len(set(before)) == 2


def test_github(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = sorted(output(capsys, "github").splitlines())
    assert first.startswith(
        "::error file=app/case.py,line=29,endLine=29,col=36,endColumn=40,title=CL101 model-instance::"
    )
    assert second.startswith("::warning file=app/case.py,line=29,")


def test_gitlab(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    issues = json.loads(output(capsys, "gitlab"))
    assert {issue["severity"] for issue in issues} == {"critical", "major"}
    assert len({issue["fingerprint"] for issue in issues}) == 2
    assert {issue["location"]["path"] for issue in issues} == {"app/case.py"}


def test_junit(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = ElementTree.fromstring(output(capsys, "junit")).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "2", "0")
    assert [case.get("name") for case in suite] == ["CL201 line 29", "CL101 line 29"]


def failing(capsys: pytest.CaptureFixture[str], name: str) -> str:
    assert main(["--no-cache", "--format", name]) == 2
    return capsys.readouterr().out


def test_a_file_that_cant_be_read(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/broken.py").write_bytes(b"# cache \xff\n")
    assert failing(capsys, "github").splitlines()[-1].startswith("::error file=app/broken.py,title=cachelint::")
    (issue,) = [i for i in json.loads(failing(capsys, "gitlab")) if i["severity"] == "blocker"]
    assert issue["location"]["path"] == "app/broken.py"
    suite = ElementTree.fromstring(failing(capsys, "junit")).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == (str(len(suite)), "2", "1")


def test_a_comment_that_silences_nothing_is_a_rule_of_sarif(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/more.py").write_text("x = 1  # cachelint: ignore CL101\n")
    (run,) = json.loads(output(capsys, "sarif"))["runs"]
    (result,) = [result for result in run["results"] if result["ruleId"] == "CL001"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == "CL001"
    assert "hides the next finding" in rule["help"]["markdown"]


def test_markdown_and_statistics(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "| high | CL101 model-instance | `app/case.py:29` |" in output(capsys, "markdown")
    assert "    1  CL201  missing-timeout       1 safe and 0 unsafe fixes\n" in output(capsys, "statistics")
    main(["--no-cache", "--statistics"])
    assert "CL101" in capsys.readouterr().out


def test_several_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = [word for name in (*FORMATS, "text") for word in ("--output", f"{name}=report.{name}")]
    assert main(["--no-cache", "--format", "concise", *outputs]) == 1
    said = capsys.readouterr().out
    assert (project / "report.concise").read_text() == said
    assert all((project / f"report.{name}").stat().st_size for name in (*FORMATS, "text"))
    assert "comes from `" in (project / "report.text").read_text()


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("concise", "github", "statistics")])
def test_nothing_found_is_a_report_as_well(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/case.py").write_text("")
    assert main(["--no-cache", "--format", name]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("word", ["sarif", "sarif=", "saarif=x", "=x"])
def test_an_output_that_is_none(word: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", "--output", word]) == 2
    assert f"--output {word}: expected FORMAT=FILE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["json=no/such/folder/x"], "json=no/such/folder/x: no such folder: no/such/folder"),
        (["json=app"], "json=app: this is a folder, not a file"),
        (["json=-"], "json=-: needs a file; use --format json to print the report"),
        (["json=x", "sarif=app/../x"], "json=x: two reports cannot be written to the same file"),
    ],
)
def test_an_output_that_can_not_be_written(
    words: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--no-cache", *(w for word in words for w in ("--output", word))]) == 2
    assert capsys.readouterr().err == f"cachelint: --output {said}\n"


def test_json_is_what_its_schema_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/broken.py").write_text("from django.core.cache import cache\ndef (:\n")
    schema = json.loads((REPOSITORY / "docs/schemas/output.schema.json").read_text(encoding="utf-8"))
    main(["--no-cache", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert document["findings"]
    assert document["problems"]
    jsonschema.validate(document, schema)


@pytest.mark.parametrize(
    ("table", "good"),
    [
        ({"select": ["CL1", "model-instance", "ALL"], "fix-timeout": 60, "all-in-tests": True}, True),
        ({"wrappers": {"a.b": ["key"]}, "per-file-ignores": {"x/*": ["CL2"]}, "exclude": ["y"], "extend": "z"}, True),
        ({"select": ["CL999x"]}, False),
        ({"fix-timeout": 0}, False),
        ({"fix_timeout": 3}, False),
        ({"ignore": "CL1"}, False),
    ],
)
def test_the_schema_of_the_configuration(table: dict[str, object], good: bool) -> None:
    schema = json.loads((REPOSITORY / "docs/schemas/config.schema.json").read_text(encoding="utf-8"))
    assert jsonschema.Draft202012Validator(schema).is_valid(table) == good


@pytest.mark.parametrize("style", ["github", "gitlab", "sarif"])
def test_a_ci_service_is_told_paths_of_the_repository(
    style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    root = make_project(tmp_path / "back/end", 'def f():\n    cache.set("a", set(), 60)\n')
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    monkeypatch.chdir(root)
    main(["--no-cache", "--format", style])
    assert "back/end/app/case.py" in capsys.readouterr().out
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "back"))
    main(["--no-cache", "--format", style])
    said = capsys.readouterr().out
    assert "end/app/case.py" in said
    assert "back/end/app/case.py" not in said


def test_reports_carry_the_address_of_the_documentation(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://docs.example.org/cachelint/rules/CL101.html"
    (project / "pyproject.toml").write_text('[tool.cachelint]\ndocumentation = "https://docs.example.org/cachelint/"\n')
    main(["--no-cache", "--format", "json"])
    pages = {f["code"]: f["page"] for f in json.loads(capsys.readouterr().out)["findings"]}
    assert pages["CL101"] == address
    main(["--no-cache", "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert {rule["id"]: rule["helpUri"] for rule in run["tool"]["driver"]["rules"]}["CL101"] == address
    main(["config"])
    assert 'documentation = "https://docs.example.org/cachelint/"' in capsys.readouterr().out
    command = [sys.executable, "-m", "cachelint", "--no-cache"]
    for environment, is_linked in (({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)):
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        done = subprocess.run(command, cwd=project, env={**kept, **environment}, capture_output=True, check=False)
        assert (f";{address}\x1b\\".encode() in done.stdout) is is_linked


@pytest.mark.parametrize("value", ['"ftp://x"', '"javascript:alert(1)"', '"https://x\\u001b"', "3"])
def test_an_address_that_is_none(value: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(f"[tool.cachelint]\ndocumentation = {value}\n")
    assert main(["--no-cache"]) == 2
    assert "must be an address" in capsys.readouterr().err


def test_sarif_says_what_its_paths_count_from(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    monkeypatch.chdir(project / "app")
    main(["--no-cache", "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": f"{project.resolve().as_uri()}/"}}
    files = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    bases = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] for r in run["results"]}
    assert (files, bases) == ({"app/case.py"}, {"%SRCROOT%"})
