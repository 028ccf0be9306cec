"""Every address of the program, and who gets in: the table that test_every_door.py tries with every role.

Adding an address? Add one row to DOORS below, by the name it has in urls.py:

    "payment": Door(READERS, "payment"),

- first who gets in (in their own municipality): READERS, WRITERS, WATCHERS, COORDINATORS, EVERYBODY, ANYBODY or roles;
- then what each parameter of the address is about: a name from THINGS (a row of the municipality). Is yours not there,
  add it to THINGS and make the row in ``make_world``;
- ``post=True`` when it answers POST only.

Adding a model to the admin? Add it to ADMIN with the roles that see it, and let ``make_world`` make one row of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases import complaints, lost_right, notices
from cases.access import log_access
from cases.acts import ACTS
from cases.integrations.posting_status import FailedPosting, write_status
from cases.letters import Draft, write_letter
from cases.models import (
    READERS,
    WRITERS,
    Adjustment,
    Citizen,
    ConcernAnswer,
    ControlLine,
    Employer,
    Grant,
    IncomeTreatment,
    IssuedDocument,
    Municipality,
    NoticeKind,
    PartyHearing,
    Payment,
    PostingFile,
    Process,
    RepaymentClaim,
    RetentionPeriod,
    Role,
    Run,
    Sample,
    SampleItem,
    SampleSetting,
    SettingProposal,
    ShadowMonth,
    Task,
    User,
)
from cases.open_task import Question, open_task
from cases.rehearse_setting import ask, work_trial
from cases.release_payments import prepare_batch, release_batch
from cases.sample_control import draw
from cases.setting_proposals import propose
from rules.parameters import CAREFUL
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    changed,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    pays,
    run,
)

ANYBODY: tuple[str, ...] = ("anonymous", *Role.values, "nobody")
EVERYBODY: tuple[str, ...] = (*Role.values, "nobody")
WATCHERS = (Role.COORDINATOR, Role.AUDITOR)
COORDINATORS = (Role.COORDINATOR,)
SETTERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
ADMIN_USERS = (Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR)


WITHOUT_ROWS = {"rule", "text", "article", "ending", "code", "chapter", "app"}
"""What an address may be about that is no row of a municipality."""


class Door:
    """Who gets in, and what the parameters of the address are about."""

    def __init__(
        self, roles: Any, *about: str, post: bool = False, every: Callable[[World], list[tuple]] | None = None
    ) -> None:
        self.roles, self.about, self.post, self.every = frozenset(map(str, roles)), about, post, every

    @property
    def is_about_a_row(self) -> bool:
        """Whether an address names a row of a municipality; a rule's code and the admin's own pages are none."""
        return bool(self.every) or bool(set(self.about) - WITHOUT_ROWS)

    def arguments(self, world: World) -> list[tuple]:
        """The parameters of each address to try."""
        return self.every(world) if self.every else [tuple(THINGS[name](world) for name in self.about)]


@dataclass
class World:
    """One municipality with something of everything."""

    municipality: Municipality
    user: User
    grant: Grant
    task: Task
    payment: Payment
    rows: dict[str, int]
    """What an act can be about, by the name of its form's ``part``."""


THINGS: dict[str, Callable[[World], Any]] = {
    "case": lambda world: world.grant.pk,
    "task": lambda world: world.task.pk,
    "month_task": lambda world: Task.objects.get(municipality=world.municipality, kind="income").pk,
    "concern": lambda world: "EVT1",
    "act": lambda world: "note",
    "rule": lambda world: "MUN1",
    "ending": lambda world: "csv",
    "text": lambda world: "txt",
    "insight": lambda world: "opslag",
    "citizen": lambda world: world.grant.citizen_id,
    "document": lambda world: IssuedDocument.objects.filter(municipality=world.municipality).first().pk,
    "alarm": lambda world: world.grant.alarms.get().pk,
    "batch": lambda world: world.municipality.batches.get().pk,
    "posting_file": lambda world: world.municipality.posting_files.get().pk,
    "shadow": lambda world: ShadowMonth.objects.get(municipality=world.municipality).pk,
    "article": lambda world: "artikel-22",
    "trial": lambda world: world.municipality.trials.order_by("pk").first().pk,
    "proposal": lambda world: SettingProposal.objects.get(municipality=world.municipality).pk,
    "sample": lambda world: Sample.objects.get(municipality=world.municipality).pk,
    "sample_item": lambda world: SampleItem.objects.get(sample__municipality=world.municipality).pk,
    "code": lambda world: "INC1",
    "chapter": lambda world: "loenloft",
    "saved_view": lambda world: world.user.saved_views.get().pk,
    "app": lambda world: "cases",
    "run": lambda world: Run.objects.get(municipality=world.municipality).pk,
    "payment": lambda world: world.payment.pk,
    "decision": lambda world: world.payment.decision_id,
    "complaint": lambda world: world.rows["complaints"],
    "notice": lambda world: world.rows["notice"],
    "job": lambda world: world.grant.jobs.get().pk,
    "part": lambda world: "job",
}

DOORS: dict[str, Door] = {
    # cases/urls.py
    "overview": Door(EVERYBODY),
    "search": Door(READERS),
    "tasks": Door(READERS),
    "take_next": Door(WRITERS, post=True),
    "assign_selected": Door(WRITERS, post=True),
    "task": Door(READERS, "task"),
    "live_sum": Door(WRITERS, "month_task", post=True),
    "take": Door(WRITERS, "task", post=True),
    "cases": Door(READERS),
    "case": Door(READERS, "case"),
    "new_part": Door(WRITERS, "case", "part"),
    "edit_part": Door(WRITERS, "case", "part", "job"),
    "calculator": Door(EVERYBODY),
    "calculator_sum": Door(EVERYBODY, post=True),
    "overview_automation": Door(READERS),
    "save_view": Door(READERS, post=True),
    "remove_view": Door((), "saved_view", post=True),  # a user's own, and nobody else's
    # cases/sign_in_urls.py
    "login": Door(ANYBODY),
    "one_time_code": Door(EVERYBODY),
    "oidc_begin": Door(()),  # not there where single sign-on is off
    "oidc_callback": Door(()),
    "saml2_login": Door(()),
    "saml2_acs": Door(()),
    "saml2_metadata": Door(()),
    "logout": Door(ANYBODY, post=True),
    "my_access": Door(EVERYBODY),
    "change_password": Door(EVERYBODY),
    "set_up_code": Door(EVERYBODY),
    "switch_off_code": Door(EVERYBODY, post=True),
    "new_backup_codes": Door(EVERYBODY, post=True),
    # cases/process_urls.py
    "open_case": Door(WRITERS),
    "act": Door(WRITERS, every=lambda world: [(world.grant.pk, word) for word in ACTS if not ACTS[word].part]),
    "act_sum": Door(WRITERS, "case", "act", post=True),
    "act_part": Door(WRITERS, every=lambda world: acts_about_parts(world)),
    "act_part_sum": Door(WRITERS, post=True, every=lambda world: acts_about_parts(world)),
    "ask": Door(WRITERS, "task", "concern"),
    "complaint_calculation": Door(READERS, "complaint"),
    "notices": Door(READERS),
    "answer_notice": Door(WRITERS, "notice"),
    "events": Door(READERS),
    "rules": Door(COORDINATORS),
    "rule": Door(COORDINATORS, "rule"),
    "adjustments": Door(READERS),
    # cases/report_urls.py
    "runs": Door(READERS),
    "income_files": Door(COORDINATORS),
    "fetch_income": Door(COORDINATORS, post=True),
    "start_run": Door(COORDINATORS, post=True),
    "run": Door(READERS, "run"),
    "run_progress": Door(READERS, "run"),
    "close_month": Door(COORDINATORS, "run", post=True),
    "payments": Door(READERS),
    "payment": Door(READERS, "payment"),
    "specification_pdf": Door(READERS, "payment"),
    "specification_text": Door(READERS, "payment"),
    "decision_preview": Door(READERS, "decision"),
    "reports": Door(READERS),
    "control_file": Door(READERS, "ending"),
    "automation": Door(READERS),
    "automation_file": Door(READERS, "ending"),
    "samples": Door(READERS),
    "draw_sample": Door(COORDINATORS, post=True),
    "sample_item": Door(READERS, "sample_item"),
    "redraw_sample": Door(READERS, "sample", post=True),
    "rule_catalogue": Door(READERS),
    "rule_catalogue_file": Door(READERS, "ending"),
    "audit": Door(WATCHERS),
    # cases/payment_urls.py
    "batches": Door(READERS),
    "prepare_batch": Door(WRITERS, post=True),
    "read_posting_status": Door(WRITERS, post=True),
    "posting_status": Door(READERS, "posting_file"),
    "batch": Door(READERS, "batch"),
    "batch_act": Door(WRITERS, "batch", post=True),
    "payment_file": Door(WRITERS, "batch"),
    "ydelsesindeks": Door(WRITERS, "batch"),
    "payment_act": Door(WRITERS, "payment", post=True),
    "decision_export": Door(READERS),
    "decision_export_file": Door(WRITERS, "ending"),
    # cases/post_urls.py
    "post": Door(READERS),
    "post_act": Door(WRITERS, post=True),
    "paper_zip": Door(READERS),
    "document": Door(READERS, "document"),
    "document_pdf": Door(READERS, "document"),
    "document_text": Door(READERS, "document"),
    "batch_letters": Door(READERS, "batch"),
    "letters_progress": Door(READERS, "batch"),
    "start_letters": Door(COORDINATORS, "batch", post=True),
    "letters_zip": Door(READERS, "batch"),
    # cases/insight_urls.py
    "address": Door(WRITERS, "case"),
    "insight": Door(READERS, "citizen"),
    "insight_kind": Door(READERS, "citizen", "insight"),
    "insight_file": Door(READERS, "citizen", "insight", "text"),
    "duty": Door(READERS),
    "duty_file": Door(READERS, "text"),
    "alarms": Door(WATCHERS),
    "retention": Door(WATCHERS),
    "alarm": Door(WATCHERS, "alarm"),
    # cases/start_urls.py
    "get_started": Door(SETTERS),
    "import_cases": Door(COORDINATORS),
    "shadow_months": Door(COORDINATORS),
    "shadow_month": Door(READERS, "shadow"),
    "shadow_go_on": Door(COORDINATORS, "shadow", post=True),
    "shadow_csv": Door(READERS, "shadow"),
    # cases/health_urls.py
    "alive": Door(ANYBODY),
    "ready": Door(ANYBODY),
    "metrics": Door(()),  # for the bearer of a token only
    # cases/rehearse_urls.py
    "try_settings": Door(SETTERS),
    "setting_trial": Door(SETTERS, "trial"),
    "setting_trial_progress": Door(SETTERS, "trial"),
    "setting_trial_again": Door(SETTERS, "trial", post=True),
    "propose_settings": Door(SETTERS, "trial", post=True),
    "setting_proposal": Door(SETTERS, "proposal"),
    "compliance": Door((*SETTERS, Role.AUDITOR)),
    "compliance_pdf": Door((*SETTERS, Role.AUDITOR)),
    "assessment": Door((*SETTERS, Role.AUDITOR), "article"),
    # cases/guide_urls.py
    "guide": Door(EVERYBODY),
    "glossary": Door(EVERYBODY),
    "tour": Door(EVERYBODY),
    "rule_helps": Door(EVERYBODY),
    "rule_help": Door(EVERYBODY, "code"),
    "chapter": Door(EVERYBODY, "chapter"),
    # fleksløn/urls.py: the admin's own pages; the pages of its models follow from ADMIN
    "admin:index": Door(ADMIN_USERS),
    "admin:login": Door(("anonymous", *ADMIN_USERS)),
    "admin:logout": Door(ANYBODY, post=True),
    "admin:password_change": Door(ADMIN_USERS),
    "admin:password_change_done": Door(ADMIN_USERS),
    "admin:jsi18n": Door(ADMIN_USERS),
    "admin:app_list": Door(ADMIN_USERS, "app"),
    "admin:autocomplete": Door(()),
    "admin:view_on_site": Door((), "task", "task"),
}

AUDITOR = (Role.AUDITOR,)
ADMIN: dict[str, Any] = {
    **dict.fromkeys(("municipality", "employer", "municipalparameters", "nationalrates"), ADMIN_USERS),
    **dict.fromkeys(("samplesetting", "paymentsettings", "retentionperiod"), ADMIN_USERS),
    "user": (Role.ADMINISTRATOR, Role.AUDITOR),
    **dict.fromkeys(
        (
            "citizen", "grant", "job", "wageceiling", "period", "earliersubsidy", "addedincome", "concernanswer",
            "incomereport", "incometreatment", "rawanswer", "incomefile", "decision", "task", "taskconcern", "payment",
            "issueddocument", "accesslog", "run", "paymentbatch", "postingfile",
        ),
        AUDITOR,
    ),
}  # fmt: skip
"""The models of the admin, and who sees them in their own municipality."""


def acts_about_parts(world: World) -> list[tuple]:
    return [(world.grant.pk, word, world.rows[ACTS[word].part]) for word in ACTS if ACTS[word].part]


def make_world(code: str, called: str) -> World:
    """A municipality with a paid case and a stopped one, and a row of everything that has an address."""
    municipality = make_municipality(code)
    Employer.objects.get_or_create(se_number="70000010", defaults={"name": "Bager Jensen"})
    user = make_user(f"hjemme{code}", Role.COORDINATOR, municipality)
    first = int(code)
    passed, stopped = make_case(municipality, first), make_case(municipality, first + 1)
    for number, grant in enumerate((passed, stopped)):
        Citizen.objects.filter(pk=grant.citizen_id).update(name=f"{called} {number}", search=f"{called} {number}")
        grant.citizen.refresh_from_db()
    give(passed, ordinary())
    give(stopped, changed(ordinary(), 0, amount="16000.00"))
    run(municipality)
    question = open_task(
        passed.citizen, passed, "end_grant", NOVEMBER, "Skal bevillingen afsluttes?", due=date(2026, 12, 1),
        questions=[Question("EVT1", "Skal bevillingen afsluttes?")], event="Prøve", user=user, now=NOW,
    )  # fmt: skip
    pays(municipality)
    bo = make_user(f"bo{code}", Role.CASEWORKER, municipality)
    release_batch(prepare_batch(municipality, date(2026, 11, 30), bo, NOW), user, NOW)
    payment = Payment.objects.get(grant=passed)
    refused = FailedPosting(
        1, "ANDEN", passed.citizen.cpr, payment.pk, int(payment.payable_before_tax), payment.pay_date, "RJ00",
        "Kontoen er lukket", "B-1",
    )  # fmt: skip
    PostingFile.objects.create(
        municipality=municipality, name="status.csv", sha256="0" * 64, body=write_status([refused]), posted=0, failed=1,
        unknown=0, read_at=NOW, read_by=user,
    )  # fmt: skip
    log_access(user, passed.citizen, "Prøve")
    user.saved_views.create(name="Min", query="vis=mine")
    ShadowMonth.objects.create(
        municipality=municipality, benefit_month=NOVEMBER, made_at=NOW, made_by=user, finished_at=NOW
    )
    SampleSetting.objects.create(municipality=municipality, valid_from=date(2026, 1, 1), percent=Decimal(100))
    RetentionPeriod.objects.create(
        municipality=municipality, kind="looks", years=5, valid_from=date(2026, 1, 1), reason="Kassationsplan"
    )
    draw(municipality, NOVEMBER, user, NOW, seed="prøve")
    trial = ask(municipality, replace(CAREFUL, subsidy_drop_percent=Decimal(7)), 1, user, NOW)
    work_trial(trial.pk, lambda: NOW)
    trial.refresh_from_db()
    propose(trial, date(2026, 12, 1), "Prøve", user, NOW)
    return World(municipality, user, passed, question, payment, _rows(passed, payment, question, user))


def _rows(grant: Grant, payment: Payment, task: Task, user: User) -> dict[str, int]:
    """The parts of a case, each by the door people use where there is one."""
    now = timezone.now()
    until = timezone.localdate(now) + timedelta(days=20)
    lost = lost_right.Lost("sickness", date(2026, 11, 1), Decimal(1000), "Brev")
    letter = write_letter(grant, Draft("question", "citizen", "Spørgsmål", "Tekst", until), user, now)
    hearing = PartyHearing.objects.create(
        grant=grant, task=task, unknown_to_citizen=True, is_significant=True, to_detriment=True, change=-100,
        held=100, deadline=until, asked_at=now, asked_by=user, letter=letter,
    )  # fmt: skip
    line = ControlLine.objects.create(
        citizen=grant.citizen, key=f"k{grant.pk}", year=2025, code="20", text="Løn", amount=1200, imported_at=now
    )
    report = grant.citizen.reports.order_by("pk").first()
    IncomeTreatment.objects.create(report=report, action="include", reason="Prøve")
    ConcernAnswer.objects.create(
        grant=grant, benefit_month=NOVEMBER, code="INC1", numbers={}, answered_by=user, answered_at=now
    )
    grant.alarms.create(
        municipality=grant.municipality, decision=payment.decision, kind="changed", where="Prøve", stored="1",
        found="2", found_at=now,
    )  # fmt: skip
    notice = notices.make_notice(
        grant.citizen, grant, NoticeKind.HOLIDAY_PAY, "Feriepenge udbetalt", points_to="holidays", source="FerieKonto",
        user=user, now=now,
    )  # fmt: skip
    return {
        "periods": lost_right.register_lost_right(grant, lost, user, now).pk,
        "letters": letter.pk,
        "complaints": complaints.register_complaint(payment, timezone.localdate(now), "For lidt", user, now).pk,
        "hearings": hearing.pk,
        "control_lines": line.pk,
        "added_incomes": grant.added_incomes.create(month=NOVEMBER - 1, kind="wage", amount=10, source="Prøve").pk,
        "reports": report.pk,
        "notice": notice.pk,
        "claims": _claim(grant, payment, user).pk,
    }


def _claim(grant: Grant, payment: Payment, user: User) -> RepaymentClaim:
    """A claim on a month that was paid too high."""
    process = Process.objects.create(
        municipality=grant.municipality, citizen=grant.citizen, grant=grant, kind="FLEX_BEREGN", state="done",
        stage="7", event="Prøve", started_at=NOW, started_by=user, finished_at=NOW, finished_by=user,
    )  # fmt: skip
    frozen = {
        name: getattr(payment.decision, name) for name in ("facts", "rates", "parameters", "steps", "fingerprint")
    }
    adjustment = Adjustment.objects.create(
        municipality=grant.municipality, grant=grant, process=process, benefit_month=payment.benefit_month, sequence=1,
        decision=payment.decision, old_subsidy=payment.subsidy, new_subsidy=payment.subsidy - 100,
        difference=Decimal(-100), rules_version="1", made_at=NOW, made_by=user, **frozen,
    )  # fmt: skip
    return RepaymentClaim.objects.create(
        grant=grant, adjustment=adjustment, amount=Decimal(100), ground="LAB § 125", faith="bad", note="Prøve",
        made_at=NOW, made_by=user,
    )  # fmt: skip
