"""All rules: the one place where a new one is made known.

A code stands beside the module that says everything about the rule; the rule's name is that of the module. To know
codes and names needs none of the modules: ``loading`` imports them.
"""

from __future__ import annotations

MODULES: dict[str, str] = {
    "CL101": "values.model_instance",
    "CL102": "values.queryset",
    "CL103": "values.unpicklable",
    "CL104": "values.not_json",
    "CL105": "values.changed_by_json",
    "CL106": "values.session_value",
    "CL201": "timeouts.missing_timeout",
    "CL202": "timeouts.never_expires",
    "CL203": "timeouts.expires_at_once",
    "CL204": "timeouts.touch_shortens",
    "CL301": "keys.unversioned_key",
    "CL302": "keys.invalid_key",
    "CL303": "keys.unstable_key",
    "CL304": "keys.key_lacks_input",
    "CL305": "keys.version_mismatch",
    "CL306": "keys.never_written",
    "CL307": "keys.never_read",
    "CL308": "keys.two_shapes",
    "CL309": "keys.request_key",
    "CL310": "keys.changed_shape",
    "CL311": "keys.ambiguous_key",
    "CL401": "deserialization.unpickle_cache_data",
    "CL402": "deserialization.pickled_by_hand",
    "CL403": "deserialization.unpickle_request_data",
    "CL501": "reads.unchecked_miss",
    "CL502": "reads.miss_by_truth",
    "CL503": "races.flag_race",
    "CL504": "races.lost_update",
    "CL505": "races.unguarded_incr",
    "CL506": "reads.eager_default",
    "CL507": "reads.none_stored",
    "CL508": "invalidation.invalidated_too_early",
    "CL509": "invalidation.stale_for_ever",
    "CL510": "reads.check_then_read",
    "CL511": "api.sync_in_async",
    "CL512": "api.not_awaited",
    "CL513": "api.call_in_loop",
    "CL514": "invalidation.clears_all",
    "CL515": "api.wrong_argument",
    "CL516": "invalidation.stale_save",
    "CL517": "api.backend_only",
    "CL518": "reads.early_return",
    "CL519": "races.failure_cached",
    "CL520": "races.lock_on_data_key",
    "CL521": "races.lock_without_timeout",
    "CL522": "races.unowned_release",
    "CL523": "api.shared_connection",
    "CL601": "settings.pickle_over_network",
    "CL602": "settings.serializer_ignored",
    "CL603": "settings.no_key_prefix",
    "CL604": "settings.unknown_alias",
    "CL605": "settings.ignored_setting",
    "CL606": "settings.local_for_shared",
    "CL607": "settings.same_prefix",
    "CL608": "settings.outage_not_caught",
    "CL701": "pages.page_of_a_user",
    "CL702": "pages.decorator_order",
    "CL703": "pages.fragment_of_a_user",
    "CL704": "pages.fragment_name",
    "CL705": "settings.middleware_order",
    "CL706": "pages.cache_page_misused",
}

#: Rules that are off unless they are asked for: by `--preview`, the configuration, or their own code or name.
PREVIEW: frozenset[str] = frozenset({"CL304", "CL307", "CL606"})

NAMES: dict[str, str] = {code: module.rpartition(".")[2].replace("_", "-") for code, module in MODULES.items()}

#: What is said of comments, by no rule about the cache: on unless it is ignored.
UNUSED_IGNORE = "CL001"
_ALL = {**NAMES, UNUSED_IGNORE: "unused-ignore"}


def find_code(text: str) -> str | None:
    """The code of a rule's code or name, however it is capitalised."""
    wanted = text.strip().lower()
    return next((code for code, name in _ALL.items() if wanted in (code.lower(), name)), None)


def matching(selector: str) -> tuple[str, ...]:
    """The codes that a code, a code's beginning (``CL1``), a name or ``ALL`` selects."""
    wanted = selector.strip().upper()
    if wanted == "ALL":
        return tuple(_ALL)
    named = find_code(selector)
    if named is not None:
        return (named,)
    return tuple(code for code in NAMES if wanted.startswith("CL") and code.startswith(wanted))
