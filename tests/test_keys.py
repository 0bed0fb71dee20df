"""``cachelint keys``: what is shown, written and compared, as its users see it."""

from __future__ import annotations

import json
import random
import re
import subprocess
from pathlib import Path

import pytest

from cachelint.caching.keys.changes import changes
from cachelint.caching.keys.pattern import fits
from cachelint.caching.keys.shape import Shape
from cachelint.cli.main import main
from tests.support import REPOSITORY, make_project

CASE = """def row(book):
    return {"title": book.title}


def show(pk):
    found = cache.get(f"book:v1:{pk}")
    if found is None:
        found = row(Book.objects.get(pk=pk))
        cache.set(f"book:v1:{pk}", found, 3600)
    return found["title"]


def forget(book):
    cache.delete(f"book:v1:{book.pk}")


def shelf():
    cache.set("shelf", list(Book.objects.all()))


def count():
    return cache.get("shelf_count", 0)


def page(service):
    return cache.get(service.url)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project with a few keys, as the working directory."""
    root = make_project(tmp_path / "project", CASE)
    monkeypatch.chdir(root)
    return root


def keys(*words: str) -> int:
    return main(["keys", *words])


def test_a_key_with_all_its_calls(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys() == 0
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if "book:v1:" in line)
    assert line.split()[:6] == ["book:v1:{pk}", "default", "W1", "R1", "D1", "1"]
    assert line.split("1 h")[1].strip() == "{title: str}"


def test_what_stands_out(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys()
    out = capsys.readouterr().out
    (shelf,) = re.findall(r"^  shelf .*", out, re.M)
    assert "default 450 s" in shelf
    assert "list[Book]" in shelf
    assert "CL101" in shelf
    (count,) = re.findall(r"^  shelf_count .*", out, re.M)
    assert count.endswith("never written")
    assert "service.url  (default, 1 call, app/case.py:" in out


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--key", "book"], ["book:v1:{pk}"]),
        (["--key", "shelf*"], ["shelf", "shelf_count"]),
        (["--model", "Book"], ["shelf"]),
        (["--model", "shop.models.Book"], ["shelf"]),
        (["--alias", "reports"], []),
        (["--unread"], ["shelf"]),
        (["--no-timeout"], ["shelf"]),
    ],
)
def test_choosing(words: list[str], shown: list[str], project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys(*words, "--json") == 0
    assert [key["template"] for key in json.loads(capsys.readouterr().out)["keys"]] == shown


def test_json_follows_its_schema(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    keys("--json")
    schema = json.loads((REPOSITORY / "docs/schemas/keys.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(capsys.readouterr().out), schema)


def test_the_page_needs_nothing_else(project: Path) -> None:
    assert keys("--html", "keys.html", "--source-url", "https://example.org/{path}#L{line}") == 0
    page = (project / "keys.html").read_text(encoding="utf-8")
    assert 'book:v1:<b class="part" title="int">' in page or 'book:v1:<b class="part"' in page
    assert 'href="https://example.org/app/case.py#L' in page
    assert not re.search(r"(?:src|href)=[\"']?(?!https://example\.org)[\w./]", page)
    assert page.count("<script") == 2


def test_nothing_in_a_key_ends_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, "def f():\n    cache.set('</script><b>x', 1, 60)\n")
    monkeypatch.chdir(root)
    assert keys("--html", "keys.html") == 0
    page = (root / "keys.html").read_text(encoding="utf-8")
    assert "</script><b>" not in page


def test_projects_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "other"):
        make_project(tmp_path / name, f"def f():\n    cache.set('{name}:v1', 1, 60)\n")
    monkeypatch.chdir(tmp_path)
    keys("--json")
    found = json.loads(capsys.readouterr().out)["keys"]
    assert [(key["app"], key["template"]) for key in found] == [("one/app", "one:v1"), ("other/app", "other:v1")]
    assert found[0]["uses"][0]["path"].startswith("one/app/case.py")


# -- comparing ------------------------------------------------------------------------------------------------


def change(root: Path) -> None:
    """A field is added, and read."""
    path = root / "app/case.py"
    text = path.read_text(encoding="utf-8")
    text = text.replace('{"title": book.title}', '{"title": book.title, "pages": book.pages}')
    path.write_text(text.replace('return found["title"]', 'return found["pages"]'), encoding="utf-8")


def commit(root: Path) -> None:
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.email=a@b", "-c", "user.name=n", "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


def test_the_file_is_compared_with(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys("--write") == 0
    assert keys("--check") == 0
    assert "up to date" in capsys.readouterr().out
    change(project)
    assert keys("--check") == 1
    out = capsys.readouterr().out
    assert "~ book:v1:{pk}: `pages` (int) has come" in out
    assert "not up to date" in out
    assert main(["--no-cache", "--select", "CL310"]) == 1
    assert "`show` (app/case.py:" in " ".join(capsys.readouterr().out.split())
    keys("--write")
    assert main(["--no-cache", "--select", "CL310"]) == 0


def test_moving_code_changes_nothing(project: Path) -> None:
    keys("--write")
    before = (project / "cachelint-keys.json").read_bytes()
    path = project / "app/case.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("def show(pk)", "\n\n# More.\ndef show(pk)"), encoding="utf-8"
    )
    assert keys("--check") == 0
    assert (project / "cachelint-keys.json").read_bytes() == before


def test_a_branch_is_compared_without_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project)
    assert main(["--since", "HEAD"]) == 0
    change(project)
    assert main(["--since", "HEAD", "--select", "CL310"]) == 1
    assert "since HEAD: `pages` (int) has come" in " ".join(capsys.readouterr().out.split())
    assert keys("--since", "HEAD") == 1
    assert main(["--since", "HEAD", "--select", "CL310", "--fix", "--unsafe-fixes"]) == 0
    text = (project / "app/case.py").read_text(encoding="utf-8")
    assert text.count("book:v2:") == 3
    assert "book:v1" not in text
    assert "> book:v1:{pk} is now book:v2:{pk}" not in capsys.readouterr().out
    keys("--since", "HEAD")
    assert "> book:v1:{pk} is now book:v2:{pk}: entries of before are not read" in capsys.readouterr().out


def test_a_changed_version_makes_all_cold(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys("--write")
    change(project)
    settings = project / "config/settings.py"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('"TIMEOUT": 450}', '"TIMEOUT": 450, "VERSION": 2}'), encoding="utf-8")
    assert main(["--no-cache", "--select", "CL310"]) == 0
    assert keys("--check") == 1
    assert "VERSION of 'default' was 1 and is 2: no entry of before is found any more" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99, "keys": {}, "aliases": {}}', '{"format": 1}'])
def test_a_file_that_is_none(text: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "cachelint-keys.json").write_text(text, encoding="utf-8")
    for words in (["keys", "--check"], ["--no-cache"]):
        assert main(words) == 2
        err = capsys.readouterr().err
        assert err.startswith("cachelint: ")
        assert "cachelint-keys.json: " in err
        assert err.count("\n") == 1


def test_what_does_not_go_together(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys("--json", "--html", "x") == 2
    assert keys("--write", "--key", "x") == 2
    assert keys("--source-url", "x") == 2
    assert keys("--since", "nothing") == 2
    assert keys("--check") == 2
    assert capsys.readouterr().err.count("\n") == 5


def test_leaving_pickle(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys("--for-json")
    out = capsys.readouterr().out
    assert out.startswith("default: cannot leave pickle today: of the values of 2 keys 1 JSON keeps, 1 JSON refuses")
    assert "  shelf: a model instance or QuerySet (app/case.py:" in out


# -- shapes ---------------------------------------------------------------------------------------------------

SHAPES: list[tuple[Shape, Shape, list[str]]] = [
    ("int", "int", []),
    ("int", "?", []),
    ("?", "str", []),
    ("int", "bool", []),
    ("int", "str", ["it was `int` and is `str`"]),
    ({"any": ["int", "null"]}, "int", []),
    ({"any": ["int", "?"]}, "str", []),
    ({"list": "int"}, {"set": "int"}, []),
    ({"list": "nothing"}, {"list": "int"}, []),
    ({"list": {"dict": {"a": "int"}}}, {"list": {"tuple": ["int"]}}, ["`[…]` was `{a: int}` and is `(int)`"]),
    ({"dict": {"a": "int"}}, {"dict": {"a": "int", "b": "str"}}, ["`b` (str) has come"]),
    ({"dict": {"a": "int", "b": "str"}}, {"dict": {"a": "int"}}, ["`b` (str) is gone"]),
    ({"dict": {"a": "int"}}, {"dict": {"a": "int", "b": "str"}, "optional": ["b"]}, []),
    ({"dict": {"a": "int"}, "rest": ["str", "?"]}, {"dict": {"a": "int", "b": "str"}}, []),
    ({"dict": {"a": {"dict": {}}}}, {"dict": {"a": {"dict": {"c": "int"}}}}, ["`c` (int) has come"]),
    ({"tuple": ["int", "int"]}, {"tuple": ["int"]}, ["it was `(int, int)` and is `(int)`"]),
    ({"model": "a.Book"}, {"model": "b.Book"}, ["it was `a.Book` and is `b.Book`"]),
]


@pytest.mark.parametrize(("old", "new", "said"), SHAPES)
def test_changes_of_shape(old: Shape, new: Shape, said: list[str]) -> None:
    assert [change.text for change in changes(old, new)] == said


@pytest.mark.parametrize("least", [0, 1])
def test_a_key_fits_a_template_as_a_regular_expression_would_say(least: int) -> None:
    choose = random.Random(least)
    for _ in range(3000):
        template: list[str | None] = []
        for part in choose.choices([None, "a", "b", "ab"], k=choose.randint(1, 5)):
            if part is not None and template and template[-1] is not None:
                template[-1] += part
            else:
                template.append(part)
        text = "".join(choose.choices("ab", k=choose.randint(0, 7)))
        expression = "".join((".*", ".+")[least] if part is None else part for part in template)
        assert fits(tuple(template), text, least) is (re.fullmatch(expression, text) is not None)
