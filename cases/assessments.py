"""The municipality's own legal assessments: written in versions, and marked when the settings have changed since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from cases.models import (
    Applies,
    Article,
    Assessment,
    Municipality,
    MunicipalParameters,
    RuleSetting,
    User,
    parameters_for,
)
from cases.refused import Conflict, Refused
from cases.rule_settings import MAY_SET
from cases.setting_proposals import is_same
from cases.signed import said
from rules.frozen import freeze, thaw
from rules.months import Month
from rules.parameters import Parameters


def article_22(municipality: Municipality) -> str:
    """Whether the municipality has stated that GDPR article 22 applies: "yes", "no" or "not_assessed"."""
    row = standing(municipality).get(Article.ARTICLE_22)
    return str(row.applies) if row and row.applies else str(Applies.NOT_ASSESSED)


def standing(municipality: Municipality) -> dict[str, Assessment]:
    """The newest version of each article that has been assessed."""
    rows = Assessment.objects.of(municipality).select_related("author").order_by("version")
    return {row.article: row for row in rows}


def assess(
    municipality: Municipality,
    article: str,
    text: str,
    user: User,
    now: datetime,
    *,
    applies: str = "",
    version: int | None = None,
) -> Assessment:
    """Write a new version of the assessment of an article. ``applies`` only of article 22.

    ``version``: the version the writer had on the screen; Conflict when somebody has written another since.
    """
    text = said(text, "Skriv vurderingen: hvad I er kommet frem til, og hvorfor.")
    if municipality.pk not in user.municipality_ids(*MAY_SET):
        raise Refused("Kun en fagkoordinator eller administrator i kommunen kan skrive vurderingen.")
    if article not in Article.values:
        raise Refused("Der er ingen artikel med det navn. Vælg en fra listen.")
    if article == Article.ARTICLE_22 and applies not in Applies.values:
        raise Refused("Vælg, om artikel 22 gælder, ikke gælder eller ikke er vurderet.")
    before = standing(municipality).get(article)
    newest = before.version if before else 0
    if version is not None and version != newest:
        raise Conflict("En anden har skrevet en ny version imens. Læs den, og skriv så din.")
    row = Assessment(
        municipality=municipality,
        article=article,
        version=newest + 1,
        text=text,
        applies=applies if article == Article.ARTICLE_22 else "",
        author=user,
        written_at=now,
        assessed=[freeze(one) for one in settings_to_assess(municipality, now)],
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict("En anden har skrevet en ny version imens. Læs den, og skriv så din.") from None
    return row


def settings_to_assess(municipality: Municipality, now: datetime) -> list[Parameters]:
    """The settings in force this month, and those already decided for a later one."""
    this_month = Month.of(localdate(now))
    later: set[Month] = set()
    for model in (MunicipalParameters, RuleSetting):
        days = model.objects.of(municipality).filter(valid_from__gt=this_month.last_day)
        later |= {Month.of(day) for day in days.values_list("valid_from", flat=True)}
    return [parameters_for(municipality, month) for month in (this_month, *sorted(later))]


def must_be_renewed(row: Assessment, to_assess: list[Parameters]) -> bool:
    """Skal genvurderes: whether settings are in force, or decided, that this version has not assessed."""
    seen: list[Any] = [thaw(Parameters, one) for one in row.assessed]
    return not all(any(is_same(one, other) for other in seen) for one in to_assess)


def article_22_warning(municipality: Municipality, at: datetime | None = None) -> str:
    """What is missing when full automation is on and article 22 is not assessed, in Danish; "" when nothing is."""
    settings = settings_to_assess(municipality, at or now())
    if not any(one.full_automation for one in settings) or article_22(municipality) != Applies.NOT_ASSESSED:
        return ""
    return (
        "Fuld automatik er slået til, men kommunen har ikke vurderet, om GDPR artikel 22 gælder. "
        "Skriv vurderingen under Lovlighed."
    )
