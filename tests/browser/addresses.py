"""Every page of the URL table with something to show on it, and a session for each role. Run as a program: prints JSON.

An address that takes an object stands in SAMPLES; what is no page (files, fragments, forms that only post, machines)
stands in NO_PAGE. An address in neither is a fault, so that a new page cannot be forgotten.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

USERS = ("karen", "aase", "rikke", "adam", "nanna")
TABS = ("maaneder", "indtaegter", "job", "perioder", "processer", "efterreguleringer", "adviser", "breve", "noter",
        "klager", "r75", "historik", "opslag")  # fmt: skip

NO_PAGE = {
    "alive", "ready", "metrics", "logout", "set_language", "jsi18n",
    "admin:logout", "admin:autocomplete", "admin:jsi18n", "admin:view_on_site", "admin:password_change_done",
    "overview_automation", "save_view", "remove_view", "take_next", "assign_selected", "take", "live_sum",
    "calculator_sum", "act_sum", "act_part_sum", "complaint_calculation", "start_run", "run_progress", "close_month",
    "setting_trial_progress", "setting_trial_again", "propose_settings", "compliance_pdf", "specification_pdf",
    "specification_text", "control_file", "automation_file", "rule_catalogue_file", "draw_sample", "redraw_sample",
    "shadow_go_on", "shadow_csv", "new_part", "edit_part", "act_part", "post_act", "paper_zip", "document_pdf",
    "document_text", "letters_progress", "start_letters", "letters_zip", "batch_act", "payment_file", "ydelsesindeks",
    "payment_act", "decision_export_file", "insight_file", "duty_file", "audit_file", "fetch_income",
    "oidc_begin", "oidc_callback", "saml2_login", "saml2_acs", "saml2_metadata", "one_time_code", "switch_off_code",
    "new_backup_codes", "prepare_batch", "read_posting_status",
}  # fmt: skip
ADMIN_ROWS = re.compile(r"admin:cases_\w+?_(change|history|simple_history|delete)$")


def addresses() -> dict[str, list[str]]:
    """Name of the address to the addresses that are visited; empty where the demo has no such row."""
    from django.urls import reverse

    found: dict[str, list[str]] = {}
    unknown: list[str] = []
    for name, parameters in _table():
        plain = name.removeprefix("admin:")
        if name in NO_PAGE or plain.endswith("_delete"):
            continue
        if plain in SAMPLES:
            found[name] = [reverse(name, kwargs=one) if isinstance(one, dict) else one for one in SAMPLES[plain]()]
        elif ADMIN_ROWS.match(name):
            found[name] = list(_admin_row(name))
        elif parameters:
            unknown.append(f"{name} takes {', '.join(parameters)}")
        else:
            found[name] = [reverse(name)]
    if unknown:
        raise SystemExit(f"Put these into SAMPLES or NO_PAGE of {__file__}: {'; '.join(unknown)}")
    return found


def _table() -> Iterator[tuple[str, list[str]]]:
    """(name, parameters) of every named address."""
    from django.urls import get_resolver
    from django.urls.resolvers import URLResolver

    def walk(resolver: Any, space: str) -> Iterator[tuple[str, list[str]]]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from walk(one, f"{space}{one.namespace}:" if one.namespace else space)
            elif one.name:
                pattern = one.pattern
                yield space + one.name, [*pattern.converters, *(["regex"] if _has_groups(pattern) else [])]

    seen = set()
    for name, parameters in walk(get_resolver(), ""):
        if name not in seen:
            seen.add(name)
            yield name, parameters


def _has_groups(pattern: Any) -> bool:
    regex = getattr(pattern, "regex", None)
    return bool(regex and regex.groups and not pattern.converters)


def _admin_row(name: str) -> Iterator[str]:
    """One row of the model, the one with most history; for an earlier version also the version."""
    from django.apps import apps
    from django.urls import reverse

    _, model_name, kind = re.match(r"(admin:cases)_(\w+?)_(change|history|simple_history)$", name).groups()
    row = apps.get_model("cases", model_name)._base_manager.order_by("-pk").first()
    if row is None:
        return
    if kind != "simple_history":
        yield reverse(name, args=[row.pk])
    elif (record := row.history.first()) is not None:
        yield reverse(name, args=[row.pk, record.pk])


def _pks(model: str, **narrow: Any) -> list[dict[str, Any]]:
    from django.apps import apps

    row = apps.get_model("cases", model)._base_manager.filter(**narrow).order_by("-pk").first()
    return [{"pk": row.pk}] if row else []


def _home() -> Any:
    from cases.models import Municipality

    return Municipality.objects.get(code="0999")


def _tasks() -> list[dict[str, Any]]:
    """A task of every kind and state, and an open one of every reason."""
    from cases.models import Task

    found = {}
    for pk, kind, state, code in Task.objects.filter(municipality=_home()).values_list(
        "pk", "kind", "state", "concerns__code"
    ):
        found.setdefault((kind, state), pk)
        if state == "open":
            found.setdefault(("code", code), pk)
    return [{"pk": pk} for pk in sorted(set(found.values()))]


def _grant() -> Any:
    """The case with most letters, processes and notes on it."""
    from django.db.models import Count

    from cases.models import Grant

    much = Count("letters", distinct=True) + Count("processes", distinct=True) + Count("adjustments", distinct=True)
    return Grant.objects.filter(municipality=_home()).annotate(much=much).order_by("-much", "pk").first()


def _case() -> list[str]:
    return [f"/sager/{_grant().pk}/?fane={tab}" for tab in TABS]


def _acts() -> list[dict[str, Any]]:
    from cases.acts import MENU

    return [{"pk": _grant().pk, "word": word} for _, words in MENU for word in words]


def _asks() -> list[str]:
    from cases.models import Task

    task = Task.objects.filter(municipality=_home(), kind="income", state="open").first()
    code = task.concerns.first().code
    return [f"/opgaver/{task.pk}/spoerg/{code}/?til={to}" for to in ("citizen", "employer")]


def _chapters() -> list[dict[str, Any]]:
    from cases.guide.chapters import CHAPTERS

    return [{"slug": one.slug} for one in CHAPTERS]


SAMPLES: dict[str, Callable[[], list[Any]]] = {
    "task": _tasks,
    "tasks": lambda: ["/opgaver/", "/opgaver/?vis=loeste", "/opgaver/?vis=afventer"],
    "case": _case,
    "cases": lambda: ["/sager/", "/sager/?vis=slut"],
    "act": _acts,
    "ask": _asks,
    "answer_notice": lambda: _pks("Notice", grant__municipality=_home()),
    "rule": lambda: [{"code": code} for code in ("MUN1", "MUN11", "INC3")],
    "run": lambda: _pks("Run", municipality=_home()),
    "payment": lambda: _pks("Payment", grant__municipality=_home()),
    "decision_preview": lambda: _pks("Decision", grant__municipality=_home()),
    "address": lambda: _pks("Grant", municipality=_home()),
    "insight": lambda: [{"pk": _grant().pk}],
    "insight_kind": lambda: [{"pk": _grant().pk, "kind": kind} for kind in ("alt", "opslag")],
    "alarm": lambda: _pks("ReplayAlarm"),
    "document": lambda: _pks("IssuedDocument", municipality=_home()),
    "batch": lambda: _pks("PaymentBatch", municipality=_home()),
    "batch_letters": lambda: _pks("PaymentBatch", municipality=_home()),
    "posting_status": lambda: _pks("PaymentBatch", municipality=_home()),
    "sample_item": lambda: _pks("SampleItem", sample__municipality=_home()),
    "setting_trial": lambda: _pks("SettingTrial"),
    "setting_proposal": lambda: _pks("SettingProposal"),
    "assessment": lambda: [{"article": "artikel-22"}],
    "rule_help": lambda: [{"code": code} for code in ("INC2", "MUN3", "REC1")],
    "chapter": _chapters,
    "shadow_month": lambda: _pks("ShadowMonth"),
    "app_list": lambda: [{"app_label": "cases"}],
    "auth_user_password_change": lambda: ["/administration/cases/user/2/password/"],
}


def sessions() -> dict[str, str]:
    """A signed-in session of each user, by its key: the pages are looked at, not the door."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from cases.models import User

    found = {}
    for name in USERS:
        user = User.objects.get(username=name)
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        found[name] = store.session_key
    return found


def furnish() -> None:
    """What the demo does not make and a page needs: a sample, a trial and its proposal, a shadow month, a note."""
    from dataclasses import replace
    from datetime import date, timedelta
    from decimal import Decimal

    from django.utils import timezone

    from cases import rehearse_setting, sample_control, setting_proposals, shadow_month
    from cases.journal import write_note
    from cases.models import Run, Sample, SampleSetting, SettingTrial, User
    from rules.parameters import CAREFUL

    home, now, karen = _home(), timezone.now(), User.objects.get(username="karen")
    if SettingTrial.objects.exists():
        return
    month = Run.objects.filter(municipality=home).latest("benefit_month").benefit_month
    if not Sample.objects.filter(municipality=home).exists():
        SampleSetting.objects.create(municipality=home, valid_from=date(2026, 1, 1), percent=Decimal(10))
        sample_control.draw(home, month, karen, now)
    trial = rehearse_setting.ask(home, replace(CAREFUL, percent_above=Decimal(30)), 2, karen, now)
    rehearse_setting.work_trial(trial.pk, timezone.now)
    trial.refresh_from_db()
    setting_proposals.propose(trial, timezone.localdate() + timedelta(days=40), "Prøvet på to måneder", karen, now)
    paid = f"sagsnummer;tilskud\n{_grant().number};18.000,00\nukendt-7;1200\n"
    shadow_month.work(shadow_month.start(home, month, paid.encode(), "betalt.csv", karen, now), now)
    write_note(_grant(), "Borgeren har ringet om sin lønseddel.", karen, now)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleksløn.settings")
    import django

    django.setup()
    from django.conf import settings

    furnish()
    json.dump(
        {"addresses": addresses(), "sessions": sessions(), "cookie": settings.SESSION_COOKIE_NAME}, sys.stdout, indent=1
    )


if __name__ == "__main__":
    main()
