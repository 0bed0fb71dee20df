"""Pages under ``cache_page`` with two visitors on real Django: what leaks, what is said of it, and what a fix does.

The rows are those of a table of what leaks; each is run as it stands, and where cachelint has a fix, as that leaves it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cachelint.config.selectors import expand
from cachelint.run.fix import repair
from cachelint.run.session import Options, run
from tests.support import REPOSITORY

pytestmark = pytest.mark.slow

VERSIONS = ("4.2", "5.2", "newest")
CODES = expand(["CL7"])

SETTINGS = """\
SECRET_KEY = "x"
ROOT_URLCONF = "views"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGIN_URL = "/login"
USE_TZ = True
"""

HEADER = """\
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_control, cache_page, never_cache
from django.views.decorators.vary import vary_on_cookie


"""
FOOTER = """

urlpatterns = [path("page", view)]
"""

#: Two visitors and one without a session ask for the page, one after the other: what each gets.
RUN = """\
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
seen = []
for name in ("alice", "bob", ""):
    client = Client()
    if name:
        client.force_login(User.objects.create(username=name))
    response = client.get("/page")
    seen.append(response.content.decode() if response.status_code == 200 else str(response.status_code))
print(json.dumps(seen))
"""

USER = "    return HttpResponse(request.user.username or 'nobody')\n"
SAFE = ["alice", "bob", "nobody"]
LEAK = ["alice", "alice", "alice"]

#: The view, what the three get, the rule that speaks, and what they get after its fix (None: it has none).
ROWS: dict[str, tuple[str, list[str], str, list[str] | None]] = {
    "the user": (f"@cache_page(60)\ndef view(request):\n{USER}", LEAK, "CL701", SAFE),
    "varies below": (f"@cache_page(60)\n@vary_on_cookie\ndef view(request):\n{USER}", SAFE, "", None),
    "varies above": (f"@vary_on_cookie\n@cache_page(60)\ndef view(request):\n{USER}", LEAK, "CL702", SAFE),
    "never below": (f"@cache_page(60)\n@never_cache\ndef view(request):\n{USER}", SAFE, "", None),
    "never above": (f"@never_cache\n@cache_page(60)\ndef view(request):\n{USER}", LEAK, "CL702", SAFE),
    "private below": (
        f"@cache_page(60)\n@cache_control(private=True)\ndef view(request):\n{USER}", SAFE, "", None
    ),
    "private above": (
        f"@cache_control(private=True)\n@cache_page(60)\ndef view(request):\n{USER}", LEAK, "CL702", SAFE
    ),
    "login below": (
        "@cache_page(60)\n@login_required\ndef view(request):\n    return HttpResponse('for members')\n",
        ["for members", "for members", "for members"], "CL702", ["for members", "for members", "302"],
    ),
    "login above": (
        "@login_required\n@cache_page(60)\ndef view(request):\n    return HttpResponse('for members')\n",
        ["for members", "for members", "302"], "", None,
    ),
    "login above, and the user": (
        f"@login_required\n@cache_page(60)\ndef view(request):\n{USER}", ["alice", "alice", "302"], "CL701",
        ["alice", "bob", "302"],
    ),
    "a prefix": (f"@cache_page(60, key_prefix='x')\ndef view(request):\n{USER}", LEAK, "CL701", SAFE),
    "nobody": (
        "@cache_page(60)\ndef view(request):\n    return HttpResponse(request.GET.get('n', 'all'))\n",
        ["all", "all", "all"], "", None,
    ),
    "in urls": (
        f"def inner(request):\n{USER}\n\nview = cache_page(60)(inner)\n", LEAK, "CL701", None
    ),
    "a class": (
        "@method_decorator(cache_page(60), name='dispatch')\nclass Page(View):\n    def get(self, request):\n"
        "        return HttpResponse(request.user.username or 'nobody')\n\n\nview = Page.as_view()\n",
        LEAK, "CL701", None,
    ),
}  # fmt: skip


def visit(folder: Path, version: str) -> list[str]:
    """What the three visitors get."""
    python = REPOSITORY / f".venv/django-{version}/bin/python"
    if not python.exists():
        pytest.skip(f"no Django {version}: scripts/make_story_environments.py makes it")
    done = subprocess.run([str(python), "run.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    seen: list[str] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ROWS)
def test_page(name: str, version: str, tmp_path: Path) -> None:
    view, before, code, after = ROWS[name]
    for path, text in (("settings", SETTINGS), ("views", f"{HEADER}{view}{FOOTER}"), ("run", RUN)):
        (tmp_path / f"{path}.py").write_text(text, encoding="utf-8")
    assert visit(tmp_path, version) == before
    options = Options(tmp_path, CODES, use_store=False)
    found = run(options).findings
    assert {f.code for f in found} == ({code} if code else set())
    if after is None:
        assert all(f.fix is None for f in found)
        return
    repair(options, unsafe=True, write_files=True)
    assert visit(tmp_path, version) == after
    assert not run(options).findings
