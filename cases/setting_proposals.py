"""A tried setting proposed by one person and confirmed, from a day, by another. Nothing counts before that."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.models import (
    Municipality,
    MunicipalParameters,
    ProposalState,
    RuleSetting,
    SettingProposal,
    SettingTrial,
    TrialState,
    User,
    parameters_for,
)
from cases.refused import Refused
from cases.rule_settings import MAY_SET
from cases.signed import said, saved
from rules.frozen import freeze
from rules.months import Month
from rules.municipal_rules import MUNICIPAL, Asked, in_force, own_choices
from rules.parameters import Parameters

FIGURES = (
    "percent_below", "percent_above", "subsidy_drop_percent", "include_income_automatically", "full_automation",
)  # fmt: skip
CHANGED = "Indstillingerne er ændret, siden forslaget blev lavet, så tallene passer ikke længere. Prøv dem igen."


def is_same(one: Parameters, other: Parameters) -> bool:
    """Whether two settings treat every case alike: a rule set to its own default is not set."""
    return _figures(one) == _figures(other) and own_choices(one.rule_modes) == own_choices(other.rule_modes)


def propose(trial: SettingTrial, valid_from: date, reason: str, user: User, now: datetime) -> SettingProposal:
    """Send a tried setting to a second person. Refused when it changes nothing or cannot begin that day."""
    reason = said(reason, "Skriv, hvorfor indstillingerne skal ændres.")
    _may(user, trial.municipality)
    if trial.state != TrialState.DONE:
        raise Refused("Prøven er ikke færdig. Vent, til du kan se, hvad indstillingerne betyder.")
    base = parameters_for(trial.municipality, Month.of(valid_from))
    if is_same(base, trial.chosen_parameters):
        raise Refused("Forslaget er det samme som de indstillinger, der allerede gælder fra den dag.")
    _check_day(trial.municipality, base, trial.chosen_parameters, valid_from, now)
    row = SettingProposal(
        municipality=trial.municipality,
        trial=trial,
        valid_from=valid_from,
        base=freeze(base),
        chosen=trial.chosen,
        reason=reason[:300],
        proposed_by=user,
        proposed_at=now,
    )
    return saved(row, user, reason)


def confirm(proposal: SettingProposal, reason: str, user: User, now: datetime) -> SettingProposal:
    """A second person lets the proposal count from its day. Never the one who proposed it."""
    reason = said(reason, "Skriv, hvorfor du bekræfter forslaget.")
    with transaction.atomic():
        row = _open(proposal, user)
        if row.proposed_by_id == user.pk:
            raise Refused("Du har selv lavet forslaget. En anden skal bekræfte det.")
        if not is_same(parameters_for(row.municipality, Month.of(row.valid_from)), row.base_parameters):
            raise Refused(CHANGED)
        _check_day(row.municipality, row.base_parameters, row.chosen_parameters, row.valid_from, now)
        _put_in_force(row, user, now)
        return _answered(row, ProposalState.CONFIRMED, reason, user, now)


def reject(proposal: SettingProposal, reason: str, user: User, now: datetime) -> SettingProposal:
    """A second person says no."""
    reason = said(reason, "Skriv, hvorfor du afviser forslaget.")
    with transaction.atomic():
        row = _open(proposal, user)
        if row.proposed_by_id == user.pk:
            raise Refused("Du har selv lavet forslaget. Træk det tilbage i stedet.")
        return _answered(row, ProposalState.REJECTED, reason, user, now)


def withdraw(proposal: SettingProposal, reason: str, user: User, now: datetime) -> SettingProposal:
    """The one who proposed it takes it back."""
    with transaction.atomic():
        row = _open(proposal, user)
        if row.proposed_by_id != user.pk:
            raise Refused("Kun den, der lavede forslaget, kan trække det tilbage.")
        return _answered(row, ProposalState.WITHDRAWN, reason.strip() or "Trukket tilbage", user, now)


def waiting_for(user: User) -> list[SettingProposal]:
    """The proposals that the user is to answer: open, in the user's municipality, and another person's."""
    if not user.has_role(*MAY_SET):
        return []
    rows = SettingProposal.objects.visible_to(user, *MAY_SET).filter(state=ProposalState.WAITING)
    return list(rows.exclude(proposed_by=user).select_related("proposed_by", "municipality"))


def changed_rules(base: Parameters, chosen: Parameters) -> list[tuple[Asked, Asked]]:
    """The municipal rules that the two settings treat differently: (before, after)."""
    old = {one.code: one for one in base.rule_modes}
    new = {one.code: one for one in chosen.rule_modes}
    pairs = ((in_force(rule, old.get(code)), in_force(rule, new.get(code))) for code, rule in MUNICIPAL.items())
    return [(before, after) for before, after in pairs if before != after]


def _put_in_force(row: SettingProposal, user: User, now: datetime) -> None:
    """The rows that the run reads, each with both persons and the reason in its history."""
    base, chosen = row.base_parameters, row.chosen_parameters
    why = f"{row.reason} (foreslået af {row.proposed_by}, bekræftet af {user})"
    if _figures(base) != _figures(chosen):
        figures = {name: getattr(chosen, name) for name in FIGURES}
        parameters = MunicipalParameters(
            municipality=row.municipality, valid_from=row.valid_from, note=row.reason, **figures
        )
        saved(parameters, user, why)
    for _, after in changed_rules(base, chosen):
        setting = RuleSetting(
            municipality=row.municipality,
            code=after.rule.code,
            valid_from=row.valid_from,
            mode=after.mode,
            low=after.low,
            high=after.high,
            reason=row.reason,
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            confirmed_by=user,
            confirmed_at=now,
        )
        saved(setting, user, why)


def _check_day(owner: Municipality, base: Parameters, chosen: Parameters, valid_from: date, now: datetime) -> None:
    if valid_from < Month.of(localdate(now)).first_day:
        raise Refused("Indstillingerne kan tidligst ændres fra den første i denne måned.")
    figures_differ = _figures(base) != _figures(chosen)
    if figures_differ and MunicipalParameters.objects.of(owner).filter(valid_from=valid_from).exists():
        raise Refused("Der er allerede indstillinger fra den dag. Vælg en anden dag.")


def _figures(parameters: Parameters) -> tuple[object, ...]:
    return tuple(getattr(parameters, name) for name in FIGURES)


def _open(proposal: SettingProposal, user: User) -> SettingProposal:
    """The proposal as it stands now, locked. Refused when somebody has answered it."""
    row = SettingProposal.objects.select_for_update().get(pk=proposal.pk)
    _may(user, row.municipality)
    if row.state != ProposalState.WAITING:
        raise Refused(f"Forslaget er allerede besvaret: {row.get_state_display().lower()}.")
    return row


def _answered(row: SettingProposal, state: str, reason: str, user: User, now: datetime) -> SettingProposal:
    row.state, row.answer, row.answered_by, row.answered_at = state, reason[:300], user, now
    return saved(row, user, reason)


def _may(user: User, municipality: Municipality) -> None:
    if municipality.pk not in user.municipality_ids(*MAY_SET):
        raise Refused("Kun en fagkoordinator eller administrator i kommunen kan ændre indstillingerne.")
