"""How a municipality sets its own criteria (MUN rules): proposed by one person, weakened only by two.

Forbud mod skøn under regel: a rule of the class *skøn* is made milder only when another person confirms, with a
written reason. A setting that stops more is in force at once.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases.models import Mode, Municipality, Role, RuleSetting, User
from cases.models.rule_setting import modes_in_force
from cases.refused import Refused
from cases.signed import said, saved
from rules.months import Month
from rules.municipal_rules import MUNICIPAL, needs_two_persons
from rules.parameters import RuleMode

MAY_SET = (Role.COORDINATOR, Role.ADMINISTRATOR)


def propose_setting(
    municipality: Municipality,
    code: str,
    mode: str,
    *,
    low: Decimal | None = None,
    high: Decimal | None = None,
    valid_from: date,
    reason: str,
    user: User,
    now: datetime,
) -> RuleSetting:
    """Set a criterion from a day on. In force at once, unless it weakens a rule of the class *skøn*: then it waits.

    Not from a day in a month before this one: what was decided then stands.
    """
    reason = said(reason, "Skriv, hvorfor reglen ændres.")
    _may(user, municipality)
    if code not in MUNICIPAL or mode not in Mode.values:
        raise Refused(f"Der er ingen regel {code}, som kan sættes til {mode}. Vælg en fra listen.")
    if valid_from < Month.of(localdate(now)).first_day:
        raise Refused("Reglen kan tidligst ændres fra den første i denne måned.")
    if low is not None and high is not None and low > high:
        raise Refused("Den nedre grænse er højere end den øvre. Ret grænserne.")
    row = RuleSetting(
        municipality=municipality,
        code=code,
        valid_from=valid_from,
        mode=mode,
        low=low,
        high=high,
        reason=reason[:300],
        proposed_by=user,
        proposed_at=now,
    )
    return saved(row, user, reason)


def confirm_setting(setting: RuleSetting, reason: str, user: User, now: datetime) -> RuleSetting:
    """A second person confirms a weakened rule of the class *skøn*. Never the one who proposed it."""
    reason = said(reason, "Skriv, hvorfor du bekræfter ændringen.")
    with transaction.atomic():
        row = RuleSetting.objects.select_for_update().get(pk=setting.pk)
        _may(user, row.municipality)
        if row.confirmed_by_id is not None:
            raise Refused(f"Ændringen er allerede bekræftet af {row.confirmed_by}.")
        if row.proposed_by_id == user.pk:
            raise Refused("Du har selv foreslået ændringen. En anden skal bekræfte den.")
        row.confirmed_by, row.confirmed_at = user, now
        return saved(row, user, reason)


def waits_for_second(setting: RuleSetting) -> bool:
    """Whether a setting needs another person before it counts."""
    if setting.confirmed_by_id is not None:
        return False
    before = modes_in_force(setting.municipality, Month.of(setting.valid_from), before=setting)
    old = next((one for one in before if one.code == setting.code), None)
    return needs_two_persons(setting.code, old, setting.as_mode())


def standing(municipality: Municipality, month: Month) -> dict[str, RuleMode]:
    """The municipality's settings in force in a benefit month, by code; a rule not in it stands at its default."""
    return {one.code: one for one in modes_in_force(municipality, month)}


def _may(user: User, municipality: Municipality) -> None:
    if municipality.pk not in user.municipality_ids(*MAY_SET):
        raise Refused("Kun en fagkoordinator eller administrator i kommunen kan ændre reglerne.")
