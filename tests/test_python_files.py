"""What counts as a file of Python: names, scripts, links, and lines however they end."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cachelint.cli.main import main
from cachelint.project.files import discover
from tests.support import check, make_project

CALL = 'from django.core.cache import cache\n\n\ncache.set("total", 1)\n'
SCRIPT = f"#!/usr/bin/env python3\n{CALL}"


@pytest.mark.parametrize(
    ("name", "text", "is_read"),
    [
        ("tool.pyw", CALL, True),
        ("tool", SCRIPT, True),
        ("tool", "#!/usr/bin/python3.12 -u\n" + CALL, True),
        ("tool", CALL, False),
        ("tool", "#!/bin/sh\n# python\n", False),
        ("tool", "#!/usr/bin/env pythonic\n", False),
        ("tool.txt", SCRIPT, False),
        ("empty", "", False),
    ],
)
def test_names_and_first_lines(tmp_path: Path, name: str, text: str, is_read: bool) -> None:
    (tmp_path / name).write_text(text)
    assert discover(tmp_path).files == [name] * is_read


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_no_script(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SCRIPT)
    (tmp_path / "secret").chmod(0)
    assert discover(tmp_path).files == []


def test_a_script_is_reported_and_its_comment_counts(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    (root / "tool").write_text(f'{SCRIPT}cache.set("other", 1)  # cachelint: ignore -- once a year\n')
    assert [(f.place.path, f.place.line, f.code) for f in check(root).findings] == [("tool", 5, "CL201")]


def test_a_key_in_a_script_is_a_use_of_it(tmp_path: Path) -> None:
    root = make_project(tmp_path, "def f(pk):\n    cache.set(f'book:{pk}', {'a': 1}, 60)\n")
    alone = check(root).findings
    (root / "tool").write_text(f"{SCRIPT}def drop(pk):\n    cache.delete(f'book:{{pk}}')\n")
    edited = {edit.place.path for f in check(root).findings if f.code == "CL301" and f.fix for edit in f.fix.edits}
    assert [f.code for f in alone] == ["CL301"]
    assert edited == {"app/case.py", "tool"}


def test_since_knows_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_project(tmp_path)
    (root / "old").write_text(SCRIPT)
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    (root / "new").write_text(SCRIPT)
    (root / "old").write_text(f'{SCRIPT}cache.set("more", 1)\n')
    monkeypatch.chdir(root)
    main(["--no-cache", "--since", "HEAD", "--format", "concise"])
    assert [line.split(":")[:2] for line in capsys.readouterr().out.splitlines()] == [["new", "5"], ["old", "6"]]


def test_a_link_is_the_file_that_it_leads_to(tmp_path: Path) -> None:
    root = make_project(tmp_path, "from app.linked import KEY\n\n\ndef f():\n    cache.set(KEY, 1)\n")
    (root / "shop/real.py").write_text(f"{CALL}KEY = 'total:v1'\n")
    (root / "app/linked.py").symlink_to(root / "shop/real.py")
    assert sorted((f.place.path, f.key) for f in check(root).findings) == [
        ("app/case.py", "total:v1"),
        ("shop/real.py", "total"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_python_ends_them(tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path)
    text = f"{CALL}\n\ndef f(x):\n    # a remark\n    cache.set('b', x, 60)\n    cache.set('c', x)\n"
    (root / "app/lines.py").write_bytes(text.replace("\n", end).encode())
    assert [f.place.line for f in check(root).findings] == [4, 10]
    monkeypatch.chdir(root)
    main(["--no-cache", "--fix"])
    after = text.replace('"total", 1)', '"total", 1, timeout=450)').replace("'c', x)", "'c', x, timeout=450)")
    assert (root / "app/lines.py").read_bytes() == after.replace("\n", end).encode()
