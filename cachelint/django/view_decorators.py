"""What stands around views: decorators by what they do with a response, or with who may see it."""

from __future__ import annotations

import enum


class Role(enum.Enum):
    """What a decorator means for a page that is cached."""

    #: It says in `Vary` that the page depends on cookies.
    VARIES = "varies"
    #: It forbids to keep the page.
    FORBIDS = "forbids"
    #: It lets only some visitors in.
    GUARDS = "guards"
    #: It makes the token of forms be sent as a cookie, which keeps the page of a visitor without one from being stored.
    CSRF = "csrf"
    CACHES = "caches"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


CACHE_PAGE = "django.views.decorators.cache.cache_page"
METHOD_DECORATOR = "django.utils.decorators.method_decorator"

_AUTH = "django.contrib.auth.decorators."
ROLES: dict[str, Role] = {
    CACHE_PAGE: Role.CACHES,
    "django.views.decorators.vary.vary_on_cookie": Role.VARIES,
    "django.views.decorators.vary.vary_on_headers": Role.VARIES,
    "django.views.decorators.cache.never_cache": Role.FORBIDS,
    "django.views.decorators.cache.cache_control": Role.FORBIDS,
    f"{_AUTH}login_required": Role.GUARDS,
    f"{_AUTH}permission_required": Role.GUARDS,
    f"{_AUTH}user_passes_test": Role.GUARDS,
    "django.contrib.admin.views.decorators.staff_member_required": Role.GUARDS,
    "django.views.decorators.csrf.csrf_protect": Role.CSRF,
    "django.views.decorators.csrf.ensure_csrf_cookie": Role.CSRF,
    "django.views.decorators.csrf.requires_csrf_token": Role.CSRF,
    **dict.fromkeys(
        (
            "django.views.decorators.csrf.csrf_exempt", "django.views.decorators.gzip.gzip_page",
            "django.views.decorators.http.condition", "django.views.decorators.http.etag",
            "django.views.decorators.http.last_modified", "django.views.decorators.http.require_GET",
            "django.views.decorators.http.require_safe", "django.views.decorators.http.require_http_methods",
            "django.views.decorators.clickjacking.xframe_options_exempt",
            "django.views.decorators.clickjacking.xframe_options_sameorigin",
            "django.views.decorators.clickjacking.xframe_options_deny",
            "django.views.decorators.debug.sensitive_post_parameters", "django.db.transaction.non_atomic_requests",
            "django.db.transaction.atomic", "functools.wraps",
        ),
        Role.NEUTRAL,
    ),
}  # fmt: skip

#: Decorators that only look at the arguments of `cache_control` and `vary_on_headers`.
OF_ARGUMENTS = frozenset({"cache_control", "vary_on_headers"})
#: Base classes that let only some visitors in.
GUARDING_MIXINS = frozenset(
    {
        "LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin", "AccessMixin", "StaffRequiredMixin",
        "SuperuserRequiredMixin", "GroupRequiredMixin", "MultiplePermissionsRequiredMixin",
    }
)  # fmt: skip
