"""Templates: read as Django reads them, and the fragments in them that are cached for all."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import django
import pytest
from django.template.base import Lexer, TokenType

from cachelint.cli.main import main
from cachelint.config.selectors import expand
from cachelint.django.templates.facts import facts_of
from cachelint.django.templates.lexer import Kind, tokens, words
from cachelint.findings import Finding
from cachelint.run.fix import repair
from cachelint.run.session import Options, run
from tests.support import REPOSITORY, make_project

CODES = expand(["CL703", "CL704"])
KINDS = {
    TokenType.TEXT: Kind.TEXT,
    TokenType.VAR: Kind.VARIABLE,
    TokenType.BLOCK: Kind.TAG,
    TokenType.COMMENT: Kind.COMMENT,
}
TEXTS = [
    "",
    "a{{ b }}c",
    "{% if a %}{{ b|c:'}}' }}{% endif %}",
    "{# a {% b %} #}",
    "{%\nif a %}",
    "{{ a\n}}",
    "{% verbatim %}{{ a }}{% if %}{% endverbatim %}{{ b }}",
    "{% verbatim x %}{% endverbatim %}{% endverbatim x %}{{ a }}",
    "{% comment %}{% verbatim %}{% endcomment %}{{ a }}",
    "{{ a }",
    "{% a b='%}' %}",
    "<!-- {% include 'x' %} -->",
]
SHIPPED = sorted(path for path in Path(django.__file__).parent.rglob("*.html") if "templates" in path.parts)


def same(text: str) -> None:
    """Our tokens are those of Django, texts between them included."""
    theirs = [(KINDS[t.token_type], t.contents) for t in Lexer(text).tokenize() if t.contents]
    ours = [(t.kind, t.content) for t in tokens(text)]
    mine = [(kind, content) for kind, content in ours if content]
    assert [(k, c) for k, c in mine if k is not Kind.COMMENT] == [(k, c) for k, c in theirs if k is not Kind.COMMENT]
    assert "".join(text[t.start : t.end] for t in tokens(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_those_of_django(text: str) -> None:
    same(text)


def test_tokens_of_all_templates_that_django_ships() -> None:
    assert len(SHIPPED) > 50
    for path in SHIPPED:
        same(path.read_text(encoding="utf-8"))


def test_words_of_a_tag() -> None:
    assert words("""cache 60 'a b' x|f:"c d" _("e f") """) == ["cache", "60", "'a b'", 'x|f:"c d"', '_("e f")']


def test_names_in_a_template() -> None:
    facts = facts_of(
        "{% extends 'b.html' %}{% load cache %}{% block a %}{% for x in items %}{{ x.name|default:'user' }}{% endfor %}"
        "{% comment %}{{ hidden }}{% endcomment %}{% url 'user' pk=request.user.pk %}{% endblock %}"
    )
    assert [name.name for name in facts.names] == ["items", "x.name", "request.user.pk"]
    assert facts.extends == "b.html"
    assert facts.bound == {"x", "pk"}
    assert facts.loads == {"cache"}


# -- fragments ------------------------------------------------------------------------------------------------

LOAD = "{% load cache %}"
#: A template, and the rules that speak of it.
FRAGMENTS: dict[str, tuple[str, list[str]]] = {
    "the user": (LOAD + "{% cache 600 box %}{{ request.user }}{% endcache %}", ["CL703"]),
    "the user, as an argument": (LOAD + "{% cache 600 box request.user.pk %}{{ request.user }}{% endcache %}", []),
    "nobody": (LOAD + "{% cache 600 box %}{{ book.title }}{% endcache %}", []),
    "outside of it": (LOAD + "{{ request.user }}{% cache 600 box %}{{ book.title }}{% endcache %}", []),
    "permissions": (LOAD + "{% cache 600 box %}{% if perms.shop.change_book %}x{% endif %}{% endcache %}", ["CL703"]),
    "the token": (LOAD + "{% cache 600 box request.user.pk %}{% csrf_token %}{% endcache %}", ["CL703"]),
    "only for nobody": (
        LOAD + "{% if not user.is_authenticated %}{% cache 600 box %}{{ user }}{% endcache %}{% endif %}", []
    ),
    "a loop over users": (
        LOAD + "{% cache 600 box %}{% for user in users %}{{ user }}{% endfor %}{% endcache %}", []
    ),
    "an argument that may say it": (LOAD + "{% cache 600 box box_key %}{{ request.user }}{% endcache %}", []),
    "an argument that does not": (LOAD + "{% cache 600 box book.pk %}{{ request.user }}{% endcache %}", ["CL703"]),
    "a comment": (LOAD + "{% cache 600 box %}{% comment %}{{ request.user }}{% endcomment %}{% endcache %}", []),
    "verbatim": (LOAD + "{% cache 600 box %}{% verbatim %}{{ request.user }}{% endverbatim %}{% endcache %}", []),
    "a string": (LOAD + "{% cache 600 box %}{% url 'request.user' %}{% endcache %}", []),
    "off": (LOAD + "{% cache 0 box %}{{ request.user }}{% endcache %}", []),
    "never run": ("{% extends 'b.html' %}" + LOAD + "{% cache 600 box %}{{ request.user }}{% endcache %}", []),
    "another cache tag": ("{% load adv_cache %}{% cache 600 box %}{{ request.user }}{% endcache %}", []),
    "jinja": ("{%- set x = 1 %}" + LOAD + "{% cache 600 box %}{{ request.user }}{% endcache %}", []),
    "an include": (LOAD + "{% cache 600 box %}{% include 'shop/user.html' %}{% endcache %}", ["CL703"]),
    "an include without the context": (
        LOAD + "{% cache 600 box %}{% include 'shop/user.html' only %}{% endcache %}", []
    ),
    "a variable for a name": (LOAD + "{% cache 600 book.pk %}{{ book.title }}{% endcache %}", ["CL704"]),
    "a loop's variable for a name": (
        LOAD + "{% for b in books %}{% cache 600 b %}{{ book.title }}{% endcache %}{% endfor %}", ["CL704"]
    ),
    "a name": (LOAD + "{% for b in books %}{% cache 600 row b.pk %}{{ b }}{% endcache %}{% endfor %}", []),
    "silenced": (
        LOAD + "{% cache 600 box %}{{ request.user }}{% endcache %}{# cachelint: ignore CL703 -- one user #}", []
    ),
}  # fmt: skip


def shop(root: Path, text: str) -> list[Finding]:
    """The findings in a project with a template."""
    make_project(root, "x = 1\n")
    folder = root / "shop/templates/shop"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(text, encoding="utf-8")
    (folder / "user.html").write_text("{{ request.user }}", encoding="utf-8")
    return run(Options(root, CODES, use_store=False)).findings


@pytest.mark.parametrize("name", FRAGMENTS)
def test_fragments(name: str, tmp_path: Path) -> None:
    text, codes = FRAGMENTS[name]
    found = shop(tmp_path, text)
    assert [finding.code for finding in found] == codes
    assert all(finding.place.path == "shop/templates/shop/page.html" for finding in found)


def test_a_fragment_on_a_terminal_and_its_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(tmp_path, "{% load cache %}\n{% cache 600 box %}\n{{ request.user }}\n{% endcache %}\n")
    monkeypatch.chdir(tmp_path)
    assert main(["--no-cache", "--select", "CL703"]) == 1
    out = capsys.readouterr().out
    assert "shop/templates/shop/page.html:2:1 high CL703" in out
    assert " 2 | {% cache 600 box %}" in out
    assert main(["--no-cache", "--select", "CL703", "--add-ignores", "--reason", "one user"]) == 0
    text = (tmp_path / "shop/templates/shop/page.html").read_text(encoding="utf-8")
    assert "{% cache 600 box %}{# cachelint: ignore CL703 -- one user #}\n" in text


RENDER = """\
import json, sys
import django
from django.conf import settings
settings.configure(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": ["shop/templates"]}],
)
django.setup()
from types import SimpleNamespace
from django.template.loader import render_to_string
seen = []
for number, name in enumerate(("alice", "bob"), 1):
    request = SimpleNamespace(user=SimpleNamespace(pk=number, name=name))
    seen.append(render_to_string("shop/page.html", {"request": request}).strip())
print(json.dumps(seen))
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["4.2", "5.2", "newest"])
def test_a_fragment_on_real_django(version: str, tmp_path: Path) -> None:
    python = REPOSITORY / f".venv/django-{version}/bin/python"
    if not python.exists():
        pytest.skip(f"no Django {version}: scripts/make_story_environments.py makes it")
    settings = '"django.template.context_processors.request"'
    shop(tmp_path, "{% load cache %}{% cache 600 box %}{{ request.user.name }}{% endcache %}")
    (tmp_path / "config/more.py").write_text(f"PROCESSORS = [{settings}]\n", encoding="utf-8")

    def rendered() -> object:
        done = subprocess.run([str(python), "-c", RENDER], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    assert rendered() == ["alice", "alice"]
    options = Options(tmp_path, CODES, use_store=False)
    repair(options, unsafe=True, write_files=True)
    assert rendered() == ["alice", "bob"]
    assert not run(options).findings


# -- their keys -----------------------------------------------------------------------------------------------

DELETE = """from django.core.cache import cache
from django.core.cache.utils import make_template_fragment_key


def forget(book):
    cache.delete(make_template_fragment_key("%s", [book.pk]))
"""


@pytest.mark.parametrize(("name", "found"), [("row", 0), ("rwo", 1)])
def test_a_fragment_that_no_template_has(name: str, found: int, tmp_path: Path) -> None:
    shop(tmp_path, LOAD + "{% cache 600 row book.pk %}{{ book }}{% endcache %}")
    (tmp_path / "shop/forget.py").write_text(DELETE % name, encoding="utf-8")
    findings = run(Options(tmp_path, expand(["CL306"]), use_store=False)).findings
    assert len(findings) == found
    assert all("no template of the project has a fragment called `rwo`" in each.message for each in findings)
