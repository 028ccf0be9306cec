"""The case (sag): a grant with its jobs, wage ceilings and periods."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel, ScopedQuerySet
from cases.models.fields import HundredthsField, MoneyField, MonthField
from cases.models.people import Citizen
from cases.templatetags.danish import month_name
from rules.money import danish
from rules.months import Month


class GrantQuerySet(ScopedQuerySet):
    def active_in(self, month: Month) -> Self:
        """Grants with a day in the month that have not been ended or stopped for all of it."""
        return self.filter(first_day__lte=month.last_day).filter(
            models.Q(last_day__isnull=True) | models.Q(last_day__gte=month.first_day)
        )


class StopReason(models.TextChoices):
    EXPIRED = "expired", "Bevilling udløbet"
    JOB_ENDED = "job_ended", "Jobbet er ophørt"
    MOVED = "moved", "Flyttet til en anden kommune"
    PENSION = "pension", "Folkepensionsalder nået"
    OTHER = "other", "Andet"


class Grant(ScopedModel):
    """A grant of fleksløntilskud (bevilling). Its number is the case number on letters."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, db_index=False, related_name="grants", verbose_name="kommune"
    )
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="grants", verbose_name="borger")
    number = models.CharField("sagsnummer", max_length=20)
    first_day = models.DateField("første dag")
    last_day = models.DateField("sidste dag", null=True, blank=True)
    stop_reason = models.CharField("stopårsag", max_length=20, choices=StopReason.choices, blank=True)
    needs_manual = models.CharField(
        "kræver manuel sagsbehandling", max_length=200, blank=True, help_text="Skriv, hvilke oplysninger der mangler."
    )
    needs_manual_until = models.DateField(
        "manuel til og med", null=True, blank=True, help_text="Tom: indtil markeringen fjernes."
    )
    expected_wage = MoneyField("forventet løn", null=True, blank=True)
    last_handled_at = models.DateTimeField("sidst behandlet", null=True, blank=True, editable=False)
    history = HistoricalRecords(excluded_fields=["last_handled_at"])

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = "sag"
        verbose_name_plural = "sager"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="one_case_per_number"),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=models.Q(last_day__isnull=True),
                name="one_open_grant_per_citizen",
                violation_error_message="Borgeren har allerede en sag uden slutdato.",
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__isnull=True) | models.Q(last_day__gte=models.F("first_day")),
                name="grant_ends_after_it_starts",
                violation_error_message="Sidste dag kan ikke ligge før første dag.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class GrantPart(ScopedModel):
    """Something dated that belongs to a case."""

    municipality_path = "grant__municipality"

    class Meta:
        abstract = True


class Job(GrantPart):
    """An employment of the grant holder, by the employer's SE number."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="jobs", verbose_name="sag")
    se_number = models.CharField("SE-nummer", max_length=8)
    is_fleksjob = models.BooleanField("fleksjob", default=True)
    first_day = models.DateField("første dag")
    last_day = models.DateField("sidste dag", null=True, blank=True)
    agreed_hours = HundredthsField("aftalte timer pr. måned", null=True, blank=True)
    agreed_pension_percent = HundredthsField("aftalt pension i procent", null=True, blank=True)
    same_month = models.BooleanField("træk i samme måned", default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "job"
        verbose_name_plural = "job"
        ordering = ["first_day", "id"]

    def __str__(self) -> str:
        return f"SE {self.se_number}"


class WageCeiling(GrantPart):
    """Full-time pay in the same job (lønloft, LAB § 123, stk. 3), in force from a day."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="wage_ceilings", verbose_name="sag")
    amount = MoneyField("lønloft pr. måned")
    first_day = models.DateField("gælder fra")
    source = models.CharField("kilde", max_length=120, help_text="Fx: oplyst af arbejdsgiveren 3. marts 2026.")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "lønloft"
        verbose_name_plural = "lønlofter"
        ordering = ["first_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "first_day"],
                name="one_ceiling_per_day",
                violation_error_message="Der er allerede et lønloft fra den dag.",
            )
        ]

    def __str__(self) -> str:
        return f"{danish(self.amount)} kr. fra {self.first_day:%d.%m.%Y}"


class PeriodKind(models.TextChoices):
    HOLIDAY = "holiday", "Ferie"
    LOST_RIGHT = "lost_right", "Mistet ret til ydelse"
    STOP = "stop", "Midlertidigt stop"
    BENEFIT = "benefit", "Anden ydelse"


class BenefitKind(models.TextChoices):
    SICKNESS = "sickness_benefit", "Sygedagpenge"
    PARENTAL = "parental_benefit", "Barselsdagpenge"
    RESOURCE_COURSE = "resource_course_benefit", "Ressourceforløbsydelse"


class LostKind(models.TextChoices):
    SICKNESS = "sickness", "Mistet ret til sygedagpenge"
    RESOURCE_COURSE = "resource_course", "Mistet ressourceforløbsydelse under jobafklaring"
    TOO_LATE = "too_late", "Anmodet for sent"


class HolidayPayer(models.TextChoices):
    EMPLOYER = "employer", "Arbejdsgiver"
    FERIEKONTO = "feriekonto", "FerieKonto"
    UNEMPLOYMENT = "unemployment", "Ledighedsydelse"


class Period(GrantPart):
    """Holiday, lost right, temporary stop or another benefit: first and last day both included."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="periods", verbose_name="sag")
    kind = models.CharField("slags", max_length=20, choices=PeriodKind.choices)
    first_day = models.DateField("første dag")
    last_day = models.DateField("sidste dag", null=True, blank=True)
    benefit = models.CharField("ydelse", max_length=40, choices=BenefitKind.choices, blank=True)
    lost_kind = models.CharField("hvorfor", max_length=20, choices=LostKind.choices, blank=True)
    paid_by = models.CharField("hvem betaler ferien", max_length=20, choices=HolidayPayer.choices, blank=True)
    amount = MoneyField("beløb pr. måned", null=True, blank=True)
    days = HundredthsField("dage på ledighedsydelse", null=True, blank=True)
    note = models.CharField("kilde og note", max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "periode"
        verbose_name_plural = "perioder"
        ordering = ["first_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "kind", "benefit"],
                condition=models.Q(last_day__isnull=True),
                name="one_open_period_per_kind",
                violation_error_message="Der er allerede en åben periode af den slags.",
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__isnull=True) | models.Q(last_day__gte=models.F("first_day")),
                name="period_ends_after_it_starts",
                violation_error_message="Sidste dag kan ikke ligge før første dag.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} fra {self.first_day:%d.%m.%Y}"

    def covers(self, first: date, last: date) -> bool:
        return self.first_day <= last and (self.last_day is None or self.last_day >= first)


class EarlierSubsidy(GrantPart):
    """A month's subsidy that was paid before this system took over: what the first months compare with."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="earlier_subsidies", verbose_name="sag")
    benefit_month = MonthField("tilskudsmåned")
    amount = MoneyField("tilskud")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "tidligere udbetalt tilskud"
        verbose_name_plural = "tidligere udbetalte tilskud"
        constraints = [models.UniqueConstraint(fields=["grant", "benefit_month"], name="one_earlier_subsidy_a_month")]

    def __str__(self) -> str:
        return f"{month_name(self.benefit_month)}: {danish(self.amount)} kr."


class Employer(models.Model):
    """A name for an SE number. eIndkomst has none; it is frozen into each specification."""

    se_number = models.CharField("SE-nummer", max_length=8, unique=True)
    name = models.CharField("navn", max_length=120)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "arbejdsgiver"
        verbose_name_plural = "arbejdsgivere"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.se_number})"


def names_of_employers(numbers: Any) -> dict[str, str]:
    """SE number to name, for those that have one."""
    return dict(Employer.objects.filter(se_number__in=numbers).values_list("se_number", "name"))
