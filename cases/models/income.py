"""What the income register has answered, and what a person decided about it."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel, ScopedModel
from cases.models.fields import HundredthsField, MoneyField, MonthField
from cases.models.grant import Grant, GrantPart
from cases.models.people import Citizen
from cases.templatetags.danish import month_name
from rules.money import danish


class IncomeFile(InsertOnlyModel):
    """A file or answer that was read: name, hash and counts. The same file twice is one row."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="income_files", verbose_name="kommune")
    name = models.CharField("fil", max_length=200)
    sha256 = models.CharField(max_length=64)
    persons = models.PositiveIntegerField("personer")
    reports = models.PositiveIntegerField("nye indberetninger")
    without_case = models.PositiveIntegerField("uden sag")
    faults = models.JSONField("fejl", default=list)
    read_at = models.DateTimeField("læst")
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")

    class Meta:
        verbose_name = "indkomstfil"
        verbose_name_plural = "indkomstfiler"
        ordering = ["-read_at"]
        indexes = [models.Index(fields=["municipality", "sha256"], name="income_file_by_hash")]

    def __str__(self) -> str:
        return self.name


class RawAnswer(InsertOnlyModel):
    """One person's element of an answer as it came, compressed, with its hash.

    An index of citizens alone is left out here and in IncomeReport: the unique index begins with the citizen.
    """

    municipality_path = "citizen__municipality"

    citizen = models.ForeignKey(
        Citizen, models.PROTECT, related_name="raw_answers", verbose_name="borger", db_index=False
    )
    file = models.ForeignKey(IncomeFile, models.PROTECT, related_name="answers", verbose_name="fil")
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField("svar (komprimeret)")

    class Meta:
        verbose_name = "råt svar"
        verbose_name_plural = "rå svar"
        constraints = [models.UniqueConstraint(fields=["citizen", "sha256"], name="one_raw_answer_per_content")]

    def __str__(self) -> str:
        return self.sha256[:12]


class IncomeReport(InsertOnlyModel):
    """One report (indberetning) of the register, classified. Never changed: a person's word is a Treatment.

    ``month``: the income month it belongs to (Q5). Amounts are as reported; a reversal counts with the
    opposite sign when facts are gathered. ``key``: SE, own id, period, pay date, content and ordinal.
    """

    municipality_path = "citizen__municipality"

    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="reports", verbose_name="borger", db_index=False)
    answer = models.ForeignKey(RawAnswer, models.PROTECT, related_name="reports", verbose_name="svar")
    key = models.CharField(max_length=64)
    month = MonthField("indtægtsmåned")
    pay_month = MonthField("udbetalt i")
    se_number = models.CharField("SE-nummer", max_length=8)
    own_id = models.CharField("arbejdsgiverens nummer", max_length=60, blank=True)
    pay_date = models.DateField("dispositionsdato", null=True)
    period_start = models.DateField("periode fra", null=True)
    period_end = models.DateField("periode til", null=True)
    income_type = models.CharField("indkomsttype", max_length=20, blank=True)
    income_art = models.CharField("indtægtsart", max_length=20, blank=True)
    role = models.CharField("rolle", max_length=20)
    kind = models.CharField("slags", max_length=40, blank=True)
    amount = MoneyField("beløb")
    b_income = MoneyField("honorar (B-indkomst)", default=Decimal(0))
    own_pension = MoneyField("egen pension")
    employer_pension = MoneyField("arbejdsgivers pension")
    paid_hours = HundredthsField("løntimer", null=True)
    hours_fault = models.CharField("fejl i timer", max_length=120, blank=True)
    net_holiday_pay = MoneyField("nettoferiepenge")
    is_reversal = models.BooleanField("tilbageførsel")
    is_correction = models.BooleanField("rettelse til tidligere måned")
    gross_holiday_pay = MoneyField("bruttoferiepenge", default=Decimal(0))
    must_judge = models.JSONField("skal vurderes", default=list)
    unknown = models.JSONField("ukendte koder", default=list)
    left_out = models.JSONField("indgår ikke", default=list)

    class Meta:
        verbose_name = "indberetning"
        verbose_name_plural = "indberetninger"
        ordering = ["month", "pay_date", "id"]
        constraints = [models.UniqueConstraint(fields=["citizen", "key"], name="one_report_per_identity")]
        indexes = [models.Index(fields=["citizen", "month", "id"], name="report_by_citizen_month")]

    def __str__(self) -> str:
        return f"SE {self.se_number}, {month_name(self.month)}"


class TreatmentAction(models.TextChoices):
    INCLUDE = "include", "Medtag"
    LEAVE_OUT = "leave_out", "Lad ude"
    CORRECT = "correct", "Ret"
    AS_REPORTED = "reported", "Som indberettet"


class IncomeTreatment(ScopedModel):
    """What a person decided about a report: include, leave out, or count other figures. With history.

    ``amount`` replaces all the report's amounts and pensions together; empty fields leave the report's own.
    """

    municipality_path = "report__citizen__municipality"

    report = models.OneToOneField(IncomeReport, models.PROTECT, related_name="treatment", verbose_name="indberetning")
    action = models.CharField("handling", max_length=10, choices=TreatmentAction.choices)
    amount = MoneyField("beløb, der tæller", null=True, blank=True)
    paid_hours = HundredthsField("løntimer", null=True, blank=True)
    gross_holiday_pay = MoneyField("bruttoferiepenge", null=True, blank=True)
    reason = models.CharField("begrundelse", max_length=300)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "behandling af indberetning"
        verbose_name_plural = "behandling af indberetninger"

    def __str__(self) -> str:
        return self.get_action_display()


class IncomeKind(models.TextChoices):
    WAGE = "wage", "Løn"
    OTHER_WAGE = "other_wage", "Løn fra andet job"
    B_INCOME = "b_income", "Honorar (B-indkomst)"
    SIDELINE = "sideline", "Selvstændig bibeskæftigelse"
    LOST_EARNINGS = "lost_earnings", "Tabt arbejdsfortjeneste og plejevederlag"


class AddedIncome(GrantPart):
    """An income that the register does not have, added by a person (bekg. 227/2024 § 14, stk. 3)."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="added_incomes", verbose_name="sag")
    month = MonthField("indtægtsmåned")
    kind = models.CharField("slags", max_length=20, choices=IncomeKind.choices, default=IncomeKind.WAGE)
    se_number = models.CharField("SE-nummer", max_length=8, blank=True)
    amount = MoneyField("beløb med pension")
    paid_hours = HundredthsField("løntimer", null=True, blank=True)
    source = models.CharField("kilde", max_length=200, help_text="Fx: lønseddel fra borgeren 4. november 2026.")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "tilføjet indtægt"
        verbose_name_plural = "tilføjede indtægter"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {month_name(self.month)}: {danish(self.amount)} kr."
