"""Beginning in an old codebase: baselines, comments, what changed since a revision, and when a run fails."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cachelint.cli.main import main
from tests.support import make_project

OLD = 'def total(pk):\n    cache.set("total", 1)\n    cache.set(f"sum_{pk}", (1, 2), 60)\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path, OLD)
    monkeypatch.chdir(root)
    return root


def run(*words: str) -> int:
    return main(["--no-cache", "--pedantic", *words])


def test_a_baseline_keeps_old_findings_quiet_where_lines_move(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--write-baseline", "known.json") == 0
    assert "Wrote 3 findings to known.json" in capsys.readouterr().out
    assert run("--baseline", "known.json") == 0
    path = project / "app/case.py"
    text = path.read_text()
    path.write_text(text.replace("def total", "# moved\n\n\ndef total"))
    assert run("--baseline", "known.json") == 0
    path.write_text(text + '\n\ndef fresh():\n    cache.set("total", 1)\n')
    capsys.readouterr()
    assert run("--baseline", "known.json", "--format", "concise") == 1
    assert capsys.readouterr().out.count("CL201") == 1


def test_what_no_longer_applies_is_told_and_goes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--write-baseline", "known.json")
    path = project / "app/case.py"
    path.write_text(path.read_text().replace('"total", 1', '"total", 1, 60'))
    capsys.readouterr()
    assert run("--baseline", "known.json") == 0
    assert "known.json: 1 entry no longer found" in capsys.readouterr().out
    run("--write-baseline", "known.json")
    assert len(json.loads((project / "known.json").read_text())["entries"]) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "cannot be read"), ("{", "create one"), ("[]", "create one"), ('{"version": 9}', "another version")],
)
def test_a_baseline_that_is_none(
    text: str | None, words: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (project / "known.json").write_text(text)
    assert run("--baseline", "known.json") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("cachelint: known.json: ")
    assert words in line


def test_comments_for_one_rule_after_another(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/case.py"
    path.write_text("from django.core.cache import cache\n\n\ndef f(n):\n    cache.set(f'a:{n}', {'n': n})  # so\n")
    for code in ("CL2", "CL3"):
        assert run("--add-ignores", "--select", code, "--reason", "old") == 0
    assert path.read_text().splitlines()[4:6] == [
        "    # cachelint: ignore CL201 -- old",
        "    # cachelint: ignore CL301 -- old",
    ]
    assert run() == 0
    path.write_text(path.read_text() + "    # cachelint: ignore CL101 -- gone\n")
    capsys.readouterr()
    assert run("--add-ignores") == 1, "a comment that silences nothing gets no other one"
    assert "CL001" in capsys.readouterr().out


def test_comments_for_all_findings(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/case.py"
    path.write_text(
        path.read_text()
        + '\n\ndef more():\n    cache.set(  # why\n        "more", 1\n    )\n    cache.set("""a\nb""", 1)\n'
        + '    cache.set("noted", 1)  # here\n'
    )
    assert run("--add-ignores", "--reason", "from before") == 0
    assert "Suppressed 7 findings in 1 file." in capsys.readouterr().out
    text = path.read_text()
    assert '    cache.set(f"sum_{pk}", (1, 2), 60)  # cachelint: ignore CL105, CL301 -- from before\n' in text
    assert '        "more", 1  # cachelint: ignore CL201 -- from before\n' in text
    assert '    # cachelint: ignore CL201 -- from before\n    cache.set("noted", 1)  # here\n' in text
    assert run() == 0


def git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize("setting", ["diff.mnemonicPrefix", "diff.noprefix", "core.quotePath"])
def test_only_what_changed_since_a_revision(setting: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "init", "-q")
    git(project, "config", setting, "true")
    git(project, "add", ".")
    git(project, "commit", "-qm", "old")
    assert run("--since", "HEAD") == 0
    path = project / "app/case.py"
    path.write_text("# first\n" + path.read_text() + '\n\ndef fresh():\n    cache.set("fresh", 1)\n')
    (project / "app/new.py").write_text('from django.core.cache import cache\n\ncache.set("new", 1)\n')
    capsys.readouterr()
    assert run("--since", "HEAD", "--format", "concise") == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["app/case.py", "app/new.py"]
    assert run("--since", "HEAD", "--format", "concise", "app/new.py") == 1


@pytest.mark.parametrize("revision", ["no-such-revision", "--output=x"])
def test_a_revision_that_git_does_not_know(revision: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "init", "-q")
    assert run(f"--since={revision}") == 2
    assert capsys.readouterr().err.startswith(f"cachelint: --since: git knows no revision {revision!r} here")
    assert not (project / "x").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--diff", "--baseline", "x"], "--baseline cannot be combined with --diff"),
        (["--diff", "--add-ignores"], "--add-ignores cannot be combined with --diff"),
        (["--fix", "--write-baseline", "x"], "--write-baseline cannot be combined with --fix"),
        (["--write-baseline", "x", "app"], "--write-baseline cannot be combined with paths"),
        (["--diff", "--format", "json"], "--diff cannot be combined with --format"),
        (["--statistics", "--format", "json"], "--statistics cannot be combined with --format"),
        (["--reason", "x"], "--reason requires --add-ignores"),
        (["--add-ignores", "--reason", "a\nimport os"], "--reason must be one line"),
        (["--select", ","], "--select is empty"),
        (["--since", ""], "--since is empty"),
    ],
)
def test_what_does_not_go_together(
    words: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (project / "app/case.py").read_text()
    assert run(*words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"cachelint: {said}")
    assert (project / "app/case.py").read_text() == before
    assert not (project / "x").exists()


def test_what_is_excluded_is_not_reported_when_it_is_named(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.cachelint]\nexclude = ["app/"]\n')
    assert run("app/case.py") == 0


def test_patterns_that_are_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".gitignore").write_text("!\n*.pyc\n")
    assert run() == 1
    (project / "pyproject.toml").write_text('[tool.cachelint]\nexclude = ["!"]\n')
    capsys.readouterr()
    assert run() == 2
    assert "is not a valid .gitignore pattern" in capsys.readouterr().err


def test_a_path_below_a_folder_that_is_no_project(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = project.parent / "other"
    other.mkdir()
    (other / "bad.py").write_text("def (:\n")
    monkeypatch.chdir(project.parent)
    assert run("--format", "concise", project.name) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert f"{project.name}/app/case.py" in said.out


def test_brackets_inside_brackets(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = f"from django.core.cache import cache\n\ncache.set('x', {'(' * 3000}1{')' * 3000})\n"
    (project / "app/deep.py").write_text(deep)
    assert run("--format", "concise") == 2
    said = capsys.readouterr()
    assert said.err == "cachelint: app/deep.py: too deeply nested to be parsed near line 3\n"
    assert "app/case.py" in said.out


def test_when_a_run_fails(project: Path) -> None:
    assert run() == 1
    assert run("--exit-zero") == 0
    assert run("--fail-on", "medium", "--ignore", "CL301", "--ignore", "CL201") == 0
    assert run("--fail-on", "medium") == 1
    assert run("--fail-on", "high") == 0


def test_tests_may_do_as_they_like_with_timeouts_and_keys(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/case.py").rename(project / "app/tests.py")
    run("--format", "concise")
    assert capsys.readouterr().out == ""
    run("--format", "concise", "--all-in-tests")
    assert {line.split(" ")[1] for line in capsys.readouterr().out.splitlines()} == {"CL105", "CL201", "CL301"}
    (project / "pyproject.toml").write_text("[tool.cachelint]\nall-in-tests = true\n")
    run("--format", "concise")
    assert {line.split(" ")[1] for line in capsys.readouterr().out.splitlines()} == {"CL105", "CL201", "CL301"}


def test_clean_and_config(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    assert (project / ".cachelint_cache").is_dir()
    assert main(["clean"]) == 0
    assert not (project / ".cachelint_cache").exists()
    assert main(["clean"]) == 0
    (project / "pyproject.toml").write_text('[tool.cachelint]\nignore = ["CL105"]\nfix-timeout = 9\n')
    capsys.readouterr()
    assert main(["config"]) == 0
    out = capsys.readouterr().out
    assert 'ignore = ["CL105"]\n' in out
    assert "fix-timeout = 9\n" in out
    assert 'select = ["ALL"]  # default\n' in out
    assert str(project / "pyproject.toml") in out
    (project / "pyproject.toml").write_text("[tool.cachelint]\nall-in-tests = 3\n")
    assert main(["config"]) == 2


def test_a_configuration_that_extends_another(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "base.toml").write_text('[tool.cachelint]\nignore = ["CL105", "CL301"]\nfix-timeout = 9\n')
    (project / "pyproject.toml").write_text('[tool.cachelint]\nextend = "base.toml"\nfix-timeout = 10\n')
    run("--diff", "--unsafe-fixes")
    assert "timeout=10" in capsys.readouterr().out
    assert run("--format", "concise") == 1
    assert {line.split(" ")[1] for line in capsys.readouterr().out.splitlines()} == {"CL201"}
    assert main(["config"]) == 0
    out = capsys.readouterr().out
    assert f"extends: {project / 'base.toml'}\n" in out
    assert f"fix-timeout = 10  # {project / 'pyproject.toml'}\n" in out
    assert f'ignore = ["CL105", "CL301"]  # {project / "base.toml"}\n' in out


@pytest.mark.parametrize("inner", ["", "shop/"])
def test_patterns_count_from_the_file_that_they_stand_in(
    inner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(tmp_path / "back", 'def keep():\n    cache.set("x", 1)\n')
    monkeypatch.chdir(root / inner)
    configuration = tmp_path / "pyproject.toml"
    configuration.write_text('[tool.cachelint.per-file-ignores]\n"/back/app/case.py" = ["ALL"]\n')
    assert run(str(root)) == 0
    configuration.write_text('[tool.cachelint]\nexclude = ["/back/app/case.py"]\n')
    assert run(str(root)) == 0
    configuration.write_text('[tool.cachelint]\nexclude = ["/app/case.py"]\n')
    assert run(str(root)) == 1


def test_no_rule_at_all(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text("[tool.cachelint]\nselect = []\n")
    assert run() == 0
    assert "No rules are enabled" in capsys.readouterr().out


def test_other_files_that_a_fix_reaches_are_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/keys.py").write_text('def key(pk):\n    return f"b:{pk}"\n')
    head = "from app.keys import key\nfrom django.core.cache import cache\n\n\n"
    (project / "app/case.py").write_text(head + "def f(pk):\n    cache.set(key(pk), {'a': pk}, 60)\n")
    assert run("--fix", "--unsafe-fixes", "app/case.py") == 0
    assert "Also changed, commit together: app/keys.py." in capsys.readouterr().out


def test_a_configuration_with_a_mark_before_its_first_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[tool.cachelint]\nselect = ["CL103"]\n', encoding="utf-8-sig")
    assert run() == 0


@pytest.mark.parametrize(
    ("extend", "base", "words"),
    [
        ("3", None, "must be the path"),
        ('"no.toml"', None, "no such file"),
        ('"base.toml"', "", "has no [tool.cachelint]"),
        ('"base.toml"', "[tool.cachelint]\nselekt = []\n", "did you mean 'select'"),
        ('"pyproject.toml"', None, "extends itself"),
    ],
)
def test_an_extension_that_is_none(
    extend: str, base: str | None, words: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(f"[tool.cachelint]\nextend = {extend}\n")
    if base is not None:
        (project / "base.toml").write_text(base)
    assert run() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


# -- several projects in a repository ------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two projects: one with a configuration of its own, the other under that of the repository."""
    for name, timeout in (("front", 60), ("back", 450)):
        root = make_project(tmp_path / name, 'def keep():\n    cache.set("total", 1)\n    cache.set("n", 1, None)\n')
        settings = root / "config/settings.py"
        settings.write_text(settings.read_text().replace("450", str(timeout)))
    (tmp_path / "pyproject.toml").write_text('[tool.cachelint]\nignore = ["CL201"]\n')
    inner = '[tool.cachelint]\nextend = "../pyproject.toml"\nignore = ["CL202"]\n'
    (tmp_path / "front/pyproject.toml").write_text(inner)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_project_is_under_its_own_configuration(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--format", "concise") == 1
    lines = [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert [line.split(":")[0] for line in lines] == ["back/app/case.py", "front/app/case.py"]
    assert run("front", "--format", "concise") == 1
    out = capsys.readouterr().out
    assert "CL201" in out
    assert "60 s" in out
    assert run("front/app/case.py", "back/manage.py", "--format", "concise") == 1
    assert capsys.readouterr().out == out
    assert run("back", "--format", "concise") == 1
    assert "CL202" in capsys.readouterr().out


def test_fixes_know_their_own_project(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--diff")
    diff = capsys.readouterr().out
    assert "+++ b/front/app/case.py" in diff
    run("--fix")
    assert "timeout=60" in (repository / "front/app/case.py").read_text()
    assert "timeout" not in (repository / "back/app/case.py").read_text()
    assert "front: Fixed 1 problem" in capsys.readouterr().out


def test_config_names_the_projects_inside(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["config"])
    assert "front: a separate project, configured in front/pyproject.toml" in capsys.readouterr().out


def test_a_wrong_configuration_inside_is_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "front/pyproject.toml").write_text("[tool.cachelint]\nselekt = []\n")
    assert run() == 2
    assert "front/pyproject.toml: tool.cachelint: unknown key 'selekt'" in capsys.readouterr().err


def test_a_gitignore_that_takes_a_project_in_again(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".gitignore").write_text("*\n!front/\n!front/**\n!back/\n!back/**\n")
    run("--format", "concise")
    files = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert files == ["back/app/case.py", "front/app/case.py"]


def test_a_project_whose_name_looks_like_a_pattern(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "front").rename(repository / "fr[1] !#")
    run("--format", "concise")
    files = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert files == ["back/app/case.py", "fr[1] !#/app/case.py"]


def test_what_is_kept_is_removed_in_each_project(repository: Path) -> None:
    main([])
    kept = [repository / ".cachelint_cache", repository / "front/.cachelint_cache"]
    assert all(folder.is_dir() for folder in kept)
    main(["clean"])
    assert not any(folder.exists() for folder in kept)


def test_what_is_low_is_shown_when_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", "--format", "concise"]) == 1
    assert "CL105" not in capsys.readouterr().out
    main(["--no-cache"])
    assert "Not shown: 1 of lower severity (--pedantic)." in capsys.readouterr().out
    main(["--no-cache", "--pedantic", "--format", "concise"])
    assert "CL105" in capsys.readouterr().out
    (project / "pyproject.toml").write_text('[tool.cachelint]\nmin-severity = "low"\n')
    main(["--no-cache", "--format", "concise"])
    assert "CL105" in capsys.readouterr().out
    (project / "pyproject.toml").write_text('[tool.cachelint]\nmin-severity = "grave"\n')
    assert main(["--no-cache"]) == 2
    assert "min-severity must be low, medium or high, not 'grave'" in capsys.readouterr().err


def test_a_path_never_makes_the_project_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_project(tmp_path / "unpacked", "def f():\n    keep(1)\n")
    (root / "manage.py").unlink()
    (root / "app/helpers.py").write_text("")
    (root / "app/case.py").write_text("from shop.stores import keep\n\n\ndef f(pk):\n    keep(pk, None)\n")
    (root / "shop/stores.py").write_text(
        "from django.core.cache import cache\n\n\ndef keep(key, timeout):\n    cache.set(key, 1, timeout)\n"
    )
    monkeypatch.chdir(root)
    assert run("--format", "concise", "app/case.py") == 1
    assert "CL202" in capsys.readouterr().out
