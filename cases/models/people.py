"""Citizens."""

from __future__ import annotations

from datetime import date

from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel, ScopedQuerySet
from cases.text import search_text, sort_key


class CitizenQuerySet(ScopedQuerySet):
    def matching(self, words: str) -> CitizenQuerySet:
        """Citizens whose name or CPR number holds every word, å and Å alike."""
        found = self
        for word in search_text(words).split():
            found = found.filter(search__contains=word)
        return found


class Citizen(ScopedModel):
    """A grant holder (bevillingsmodtager). ``search`` and ``sort_key`` work alike on both engines."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, db_index=False, related_name="citizens", verbose_name="kommune"
    )
    cpr = models.CharField("CPR-nummer", max_length=10)
    name = models.CharField("navn", max_length=120)
    birth_date = models.DateField("fødselsdato")
    address = models.CharField("adresse", max_length=200, blank=True)
    is_protected = models.BooleanField("navne- og adressebeskyttelse", default=False)
    tax_percent = models.PositiveSmallIntegerField(
        "trækprocent", null=True, blank=True, help_text="Bruges kun, når nettoferiepenge skal bruttoficeres."
    )
    tax_card = models.CharField(
        "skattekort", max_length=10, blank=True, choices=[("main", "Hovedkort"), ("secondary", "Bikort")]
    )
    wants_human = models.BooleanField("ønsker behandling af et menneske (GDPR art. 22)", default=False)
    search = models.CharField(max_length=160, editable=False)
    sort_key = models.CharField(max_length=160, editable=False)
    history = HistoricalRecords(excluded_fields=["search", "sort_key"])

    objects = CitizenQuerySet.as_manager()

    class Meta:
        verbose_name = "borger"
        verbose_name_plural = "borgere"
        ordering = ["sort_key"]
        constraints = [models.UniqueConstraint(fields=["municipality", "cpr"], name="one_citizen_per_cpr")]
        indexes = [models.Index(fields=["municipality", "sort_key", "id"], name="citizen_by_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_search()
        super().save(*args, **kwargs)

    def fill_search(self) -> None:
        self.search = search_text(f"{self.name} {self.cpr}")
        self.sort_key = sort_key(self.name)

    @property
    def cpr_with_dash(self) -> str:
        return f"{self.cpr[:6]}-{self.cpr[6:]}"


def birth_date_of(cpr: str) -> date:
    """The birth date a CPR number states: DDMMYY and the century from the seventh digit. ValueError if none."""
    day, month, year, seventh = int(cpr[:2]), int(cpr[2:4]), int(cpr[4:6]), int(cpr[6])
    if seventh <= 3:
        century = 1900
    elif seventh in (4, 9):
        century = 2000 if year <= 36 else 1900
    else:
        century = 2000 if year <= 57 else 1800
    return date(century + year, month, day - 60 if day > 60 else day)
