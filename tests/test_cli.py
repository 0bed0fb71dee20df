"""The command line as a user meets it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.cli.commands import BY_NAME
from cachelint.cli.main import main
from cachelint.cli.parser import COMMANDS
from cachelint.infer.interpreter import Interpreter
from cachelint.rules.loading import rules
from cachelint.types.code import Function
from tests.support import make_project

ONE = 'def total():\n    cache.set("total", 1)\n'
CLEAN = 'def total():\n    cache.set("total", 1, 60)\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path, ONE)
    monkeypatch.chdir(root)
    return root


def test_findings_are_printed_and_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache"]) == 1
    out = capsys.readouterr().out
    assert "CL201 missing-timeout" in out
    assert "450 s" in out
    assert "Found 1 problem in 1 file: 1 medium. 1 fixable with --fix." in out


def test_a_clean_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/case.py").write_text("")
    assert main(["--no-cache"]) == 0
    assert "nothing here imports Django's cache" in capsys.readouterr().out


def test_concise_and_json_name_the_same_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--no-cache", "--format", "concise"])
    line = capsys.readouterr().out.splitlines()[0]
    main(["--no-cache", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    (finding,) = document["findings"]
    assert line.startswith(f"{finding['path']}:{finding['line']}:{finding['column']}: CL201 ")
    assert document["version"] == 1
    assert finding["call_line"] == finding["line"]
    assert finding["fix"]["edits"][0]["text"] == ", timeout=450"


def test_paths_in_json_are_relative_to_the_working_directory(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project / "app")
    main(["--no-cache", "--format", "json"])
    assert [f["path"] for f in json.loads(capsys.readouterr().out)["findings"]] == ["case.py"]


def test_only_what_was_asked_for_is_reported_but_all_is_known(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "app/other.py").write_text("from app.case import keep\n\ndef f():\n    keep('x', 1)\n")
    with (project / "app/case.py").open("a") as file:
        file.write(
            "\n\ndef keep(key, value):\n    cache.set(key, value, None)\n    cache.set(key, value, settings.NEVER)\n"
        )
    assert main(["--no-cache", "--format", "concise", "app/other.py"]) == 0
    assert main(["--no-cache", "--format", "concise", "app/case.py"]) == 1
    assert "CL202" in capsys.readouterr().out


def test_select_and_ignore(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", "--select", "CL1,CL301"]) == 0
    assert main(["--no-cache", "--ignore", "missing-timeout"]) == 0
    assert main(["--no-cache", "--select", "CL2"]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: no such file or folder\n"),
        (["confg"], "confg: no such file or folder; did you mean `cachelint config`?"),
        (["help"], "`cachelint --help` shows the options"),
        (["cl101"], "`cachelint rule CL101` explains the rule"),
        (["--select", "CL999"], "no rule or family is called 'CL999'"),
        (["--select", "model-instnce"], "did you mean 'model-instance'"),
        (["--unsafe-fixes"], "requires --fix or --diff"),
        (["--show-fixes"], "requires --fix"),
    ],
)
def test_what_can_t_be_done_is_said_in_one_line(
    project: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--no-cache", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_missing_path_does_not_stop_the_others(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", "nowhere", "app"]) == 2
    assert "CL201" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[tool.cachelint]\nselct = ["CL1"]\n', "unknown key 'selct'; did you mean 'select'?"),
        ('[tool.cachelint]\nselect = "CL1"\n', "must be a list of strings"),
        ('[tool.cachelint]\nignore = ["CL9"]\n', "no rule or family is called 'CL9'"),
        ("[tool.cachelint\n", "invalid TOML"),
        ("[tool.cachelint.per-file-ignores]\n'a' = 'CL1'\n", "must be a list of strings"),
        ("[tool.cachelint]\nfix-timeout = 0\n", "fix-timeout must be a positive number of seconds, not 0"),
        ("[tool.cachelint]\nfix-timeout = '5'\n", "fix-timeout must be a positive number of seconds, not '5'"),
        ("[tool.cachelint]\nwrappers = ['a.b']\n", "wrappers must be a table"),
        ("[tool.cachelint.wrappers]\n'remember' = ['key']\n", "'remember' is not the full name of a function"),
        ("[tool.cachelint.wrappers]\n'lib.remember' = ['kee']\n", "'kee' is neither a role (key, value,"),
        ("[tool.cachelint.wrappers]\n'lib.remember' = []\n", "'lib.remember' has no parameters"),
        ("[tool.cachelint.wrappers]\n'lib.remember' = ['key', 'key=k']\n", "two parameters for 'key'"),
    ],
)
def test_a_wrong_configuration(project: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(text)
    assert main(["--no-cache"]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "pyproject.toml" in err


def test_configuration_is_followed(project: Path) -> None:
    config = project / "pyproject.toml"
    config.write_text('[tool.cachelint]\nignore = ["CL201"]\n')
    assert main(["--no-cache"]) == 0
    config.write_text('[tool.cachelint.per-file-ignores]\n"app/*" = ["CL2"]\n')
    assert main(["--no-cache"]) == 0
    config.write_text('[tool.cachelint]\nexclude = ["app/"]\n')
    assert main(["--no-cache"]) == 0
    config.write_text('[tool.cachelint]\nselect = ["CL201"]\n')
    assert main(["--no-cache"]) == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("syntax", b"from django.core.cache import cache\ndef f(:\n    pass\n", "syntax error near line 2"),
        ("utf16", "from django.core.cache import cache\n".encode("utf-16"), "UTF-16"),
        ("latin", b"# caf\xe9\nfrom django.core.cache import cache\n", "encoding"),
        ("nul", b"from django.core.cache import cache\n\0", "NUL"),
        ("unknown", b"# coding: nonsense\nfrom django.core.cache import cache\n", "unknown encoding"),
    ],
)
def test_a_file_that_can_t_be_read(
    project: Path, name: str, data: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / f"app/{name}.py").write_bytes(data)
    assert main(["--no-cache"]) == 2
    captured = capsys.readouterr()
    assert "CL201" in captured.out
    lines = captured.err.splitlines()
    assert len(lines) == 1
    assert f"app/{name}.py" in lines[0]
    assert said in lines[0]


ODD_FILES = {
    "latin-1": "# coding: latin-1\nfrom django.core.cache import cache\ncache.set('a', 'é')\n".encode("latin-1"),
    "bom": b"\xef\xbb\xbffrom django.core.cache import cache\ncache.set('a', 1)\n",
    "crlf": b"from django.core.cache import cache\r\ncache.set('a', 1)\r\n",
}


@pytest.mark.parametrize("data", ODD_FILES.values(), ids=ODD_FILES.keys())
def test_encodings_and_newlines_are_kept_by_a_fix(project: Path, data: bytes) -> None:
    path = project / "app/odd.py"
    path.write_bytes(data)
    path.chmod(0o640)
    assert main(["--no-cache", "--fix"]) == 0
    assert path.read_bytes() == data.replace(b")", b", timeout=450)")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_loop_of_links_and_a_dangling_one(project: Path) -> None:
    (project / "app/loop").symlink_to(project / "app")
    (project / "app/gone.py").symlink_to(project / "nowhere.py")
    assert main(["--no-cache"]) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/secret.py"
    path.write_text("from django.core.cache import cache\n")
    path.chmod(0)
    assert main(["--no-cache"]) == 2
    assert "app/secret.py: cannot be read" in capsys.readouterr().err


def test_environments_and_ignored_folders_are_left_out(project: Path) -> None:
    (project / "app/case.py").write_text("")
    text = "from django.core.cache import cache\ncache.set('a', 1)\n"
    for folder in ("node_modules", ".venv", "generated", "env"):
        (project / folder).mkdir()
        (project / folder / "x.py").write_text(text)
    (project / "env/pyvenv.cfg").write_text("")
    (project / ".gitignore").write_text("generated/\n")
    assert main(["--no-cache"]) == 0
    (project / "kept").mkdir()
    (project / "kept/x.py").write_text(text)
    assert main(["--no-cache"]) == 1


def test_computed_caches_are_said_to_be(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "config/settings.py").write_text("from elsewhere import make\nCACHES = make()\n")
    assert main(["--no-cache"]) == 1
    assert "could not be determined" in capsys.readouterr().out


def test_diff_shows_what_fix_writes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "app/case.py").read_text()
    assert main(["--no-cache", "--diff"]) == 0
    assert '+    cache.set("total", 1, timeout=450)' in capsys.readouterr().out
    assert (project / "app/case.py").read_text() == before


def test_the_second_run_comes_from_the_store(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--format", "json"]) == 1
    first = capsys.readouterr().out
    assert (project / ".cachelint_cache/.gitignore").read_text() == "*\n"
    assert main(["--format", "json"]) == 1
    assert capsys.readouterr().out == first
    (project / "app/case.py").write_text("")
    assert main([]) == 0
    for entry in (project / ".cachelint_cache").glob("*.json"):
        entry.write_text("{broken")
    assert main([]) == 0


def test_from_the_store_no_parser_is_imported(project: Path) -> None:
    # Nor dataclasses, which brings `inspect` with it: a sixth of such a run.
    code = "import sys; from cachelint.cli.main import main; main(['--format', 'concise']); "
    code += "print(sorted({'libcst', 'tree_sitter', 'dataclasses'} & set(sys.modules)))"
    for wanted in ("['dataclasses', 'libcst', 'tree_sitter']", "[]"):
        done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == wanted


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_a_rule_is_explained_by_code_and_name(rule: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", getattr(rule, "code", "").lower()]) == 0
    by_code = capsys.readouterr().out
    assert main(["rule", getattr(rule, "name", "")]) == 0
    assert capsys.readouterr().out == by_code
    assert getattr(rule, "why", "?") in by_code


def test_no_such_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "CL999"]) == 2
    assert "no rule or family is called" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith("cachelint 0.")


def test_wrappers_of_third_party_code_can_be_declared(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/case.py").write_text(
        "from lib.caching import memoize, remember\n"
        "from shop.models import Book\n\n\n"
        "def one(pk):\n"
        '    remember(f"book_{pk}", lambda: Book.objects.get(pk=pk), seconds=None)\n\n\n'
        "@memoize(seconds=0)\n"
        "def two():\n"
        "    return Book.objects.all()\n"
    )
    assert main(["--no-cache"]) == 0
    (project / "pyproject.toml").write_text(
        "[tool.cachelint.wrappers]\n"
        '"lib.caching.remember" = ["key", "default=make", "timeout=seconds"]\n'
        '"lib.caching.memoize" = ["timeout=seconds"]\n'
    )
    capsys.readouterr()
    assert main(["--no-cache", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["line"], f["code"]) for f in found] == [
        (6, "CL301"), (6, "CL101"), (6, "CL202"), (9, "CL102"), (9, "CL203"),
    ]  # fmt: skip
    assert all(f["fix"] is None for f in found)


def test_the_timeout_that_fixes_write_can_be_configured(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.cachelint]\nfix-timeout = 900\n")
    assert main(["--no-cache", "--fix"]) == 1
    assert "timeout" not in (project / "app/case.py").read_text()
    assert main(["--no-cache", "--fix", "--unsafe-fixes"]) == 0
    assert 'cache.set("total", 1, timeout=900)' in (project / "app/case.py").read_text()


def test_each_fix_and_each_reason_is_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/case.py"
    path.write_text(
        path.read_text()
        + "\n\ndef more(pk):\n"
        + '    cache.set(f"more_{pk}", 1, 60)\n'
        + '    cache.set("never", 1, None)\n'
        + '    cache.set("book", {Book.objects.get(pk=pk)}, 60)\n'
    )
    main(["--no-cache", "--fix", "--show-fixes", "--pedantic"])
    out = capsys.readouterr().out
    assert "fixed app/case.py:25 CL201: pass timeout=450, the current default" in out
    assert "unsafe app/case.py:29 CL301: add `v1` to the key (existing entries will no longer be found" in out
    assert "not fixable app/case.py:30 CL202: only you know how stale this value may be; choose a timeout" in out
    assert "not fixable app/case.py:31 CL101: the stored value contains more than model instances (`set[" in out
    assert "Fixed 1 problem in 1 file, 1 fixable with --unsafe-fixes, 2 not fixable." in out


def test_a_folder_without_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    assert "run cachelint in a Django project" in capsys.readouterr().out


def test_a_mistake_of_ours_costs_one_definition(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "app/bad.py").write_text("from django.core.cache import cache\n\n\ndef bad():\n    cache.set('x', 1)\n")
    real = Interpreter.run

    def run(self: Interpreter, function: Function, **more: object) -> object:
        if function.ref.definition.name == "bad":
            raise KeyError("x")
        return real(self, function, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Interpreter, "run", run)
    assert main(["--no-cache", "--format", "concise"]) == 2
    said = capsys.readouterr()
    assert "app/case.py" in said.out
    assert said.err == "cachelint: app/bad.py: a bug in cachelint near line 4: KeyError('x')\n"


def test_a_mistake_of_ours_is_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cachelint.cli.lint.run", lambda options: 1 / 0)
    assert main(["--no-cache"]) == 2
    assert capsys.readouterr().err.startswith("cachelint: a bug in cachelint: ZeroDivisionError")


def test_help_fits_a_screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert len(capsys.readouterr().out.splitlines()) <= 52


def test_a_file_that_is_no_python_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "notes.txt").write_text("x")
    assert main(["--no-cache", "notes.txt"]) == 0
    assert capsys.readouterr().err == "cachelint: notes.txt: skipped, it is no Python file by its name or first line\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
def test_the_words_are_completed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "unsafe-fixes" in capsys.readouterr().out


def test_a_shell_completes_commands_rules_and_formats(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("bash") is None:
        pytest.skip("no bash here")
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "words.bash"
    script.write_text(capsys.readouterr().out)

    def completed(*words: str) -> list[str]:
        code = f"source {script}; COMP_WORDS=(cachelint {shlex.join(words)}); COMP_CWORD={len(words)}; "
        code += 'COMPREPLY=(); _shtab_cachelint; printf "%s\\n" "${COMPREPLY[@]}"'
        return subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert {*completed("co")} == {"config", "completion"}
    assert completed("ap") == ["app"]
    assert completed("--select", "CL2") == ["CL201", "CL202", "CL203", "CL204"]
    assert completed("--format", "git") == ["github", "gitlab"]
    assert completed("--output", "sar") == ["sarif="]
    assert completed("rule", "CL20") == ["CL201", "CL202", "CL203", "CL204"]
    assert completed("completion", "z") == ["zsh"]


def test_no_such_shell(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["completion", "cmd"])
    assert stopped.value.code == 2
    assert "invalid choice: 'cmd'" in capsys.readouterr().err


def test_a_folder_that_is_called_like_a_command(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    assert "for the folder of that name, write ./config" in capsys.readouterr().err
    assert main(["--no-cache", "./config"]) == 0


def test_the_comment_rule_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "unused-ignore"]) == 0
    assert "CL001" in capsys.readouterr().out


def test_a_path_of_which_nothing_is_looked_into(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[tool.cachelint]\nexclude = ["app/"]\n')
    (project / "texts").mkdir()
    for path, words in (
        ("app", "app: no Python files here"),
        ("app/case.py", "app/case.py: skipped, the configuration excludes it"),
        ("texts", "texts: no Python files here"),
    ):
        assert main(["--no-cache", path]) == 0
        assert words in capsys.readouterr().err
    main(["--no-cache", "shop"])
    assert capsys.readouterr().err == ""


def test_what_is_no_path(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(project / "pipe.py")
    for path, words in (("", "one of the paths is empty"), ("pipe.py", "neither a file nor a folder")):
        assert main(["--no-cache", "--fix", path]) == 2
        assert words in capsys.readouterr().err


def test_a_form_feed_before_a_function(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "from django.core.cache import cache\n\n\n\x0cdef f():\n    cache.set('a', 1)\n"
    (project / "app/case.py").write_text(text)
    assert main(["--no-cache", "--format", "concise"]) == 1
    output = capsys.readouterr()
    assert output.err == ""
    assert output.out.startswith("app/case.py:5:5: CL201 ")


def test_each_command_is_known_to_the_command_line() -> None:
    assert set(COMMANDS) == set(BY_NAME)
