"""Beregner: change a figure, see the sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import log_access, log_again
from cases.forms import CalculatorForm
from cases.gather import gather
from cases.models import Grant, Run, rates_for
from cases.presenters.sums import Last, sum_rows
from rules.basis import basis_of
from rules.calculation import CalculationError, calculate
from rules.facts import ZERO, Basis, Benefit, Income
from rules.months import Month
from rules.rates import NoRates

EXAMPLE = {"wage": Decimal(12000), "own_pension": Decimal(480), "employer_pension": Decimal(960)}


@require_http_methods(["GET", "POST"])
def calculator(request: HttpRequest) -> HttpResponse:
    """The page; opened from a case it starts with the case's own figures and shows them beside."""
    grant = _grant(request)
    if request.method == "POST":
        form = CalculatorForm(request.POST)
    else:
        form = CalculatorForm(initial=_initial(request, grant))
    if grant:
        log_access(request.user, grant.citizen, "Beregner")
    context = {"form": form, "grant": grant, **_sum(form, grant)}
    return render(request, "calculator.html", context)


@require_POST
def live(request: HttpRequest) -> HttpResponse:
    """The sum alone, for htmx."""
    form, grant = CalculatorForm(request.POST), _grant(request)
    if grant:
        log_again(request.user, grant.citizen, "Beregner, prøvet")
    return render(request, "calculator/_sum.html", {"form": form, **_sum(form, grant)})


def _grant(request: HttpRequest) -> Grant | None:
    asked = request.POST.get("sag") or request.GET.get("sag", "")
    if not asked.isdecimal():
        return None
    return get_object_or_404(Grant.objects.visible_to(request.user).select_related("citizen"), pk=int(asked))


def _initial(request: HttpRequest, grant: Grant | None) -> dict[str, Any]:
    if grant is None:
        return {"month": Month.of(timezone.localdate()), **EXAMPLE}
    return figures_of(basis_of(gather([grant.pk], _month_of(grant))[grant.pk]))


def _month_of(grant: Grant) -> Month:
    """The case's newest run month, else this month."""
    run = Run.objects.filter(municipality=grant.municipality_id).order_by("-benefit_month").first()
    return run.benefit_month if run else Month.of(timezone.localdate())


def figures_of(basis: Basis) -> dict[str, Any]:
    """A case's basis as the form's fields; nothing for what is nothing."""
    wages = [one for one in basis.incomes if one.kind == "wage"]
    hours = [one.paid_hours for one in basis.incomes if one.paid_hours is not None]
    figures = {
        "wage": _sum_of(one.amount for one in wages),
        "own_pension": _sum_of(one.own_pension for one in wages),
        "employer_pension": _sum_of(one.employer_pension for one in wages),
        "other_income": _sum_of(
            one.amount + one.own_pension + one.employer_pension
            for one in basis.incomes
            if one.kind not in ("wage", "holiday_pay")
        ),
        "holiday_pay": _sum_of(one.amount for one in basis.incomes if one.kind == "holiday_pay"),
        "sickness_benefit": _sum_of(one.amount for one in basis.benefits if one.status == "paid"),
        "lost_benefit": _sum_of(one.amount for one in basis.benefits if one.status == "lost"),
        "holiday_days": basis.holiday_days_on_unemployment_benefit,
        "paid_hours": _sum_of(hours),
    }
    kept = {name: value for name, value in figures.items() if value}
    return {"month": basis.benefit_month, "wage_ceiling": basis.wage_ceiling, **kept}


def _sum_of(amounts: Any) -> Decimal:
    return sum(amounts, ZERO).quantize(Decimal("0.01"))


def basis_from(values: dict[str, Any]) -> Basis:
    """The form's figures as a basis."""

    def amount(name: str) -> Decimal:
        return values.get(name) or ZERO

    incomes = [Income("wage", amount("wage"), amount("own_pension"), amount("employer_pension"))]
    incomes += [
        Income(kind, amount(name))
        for kind, name in (("other_wage", "other_income"), ("holiday_pay", "holiday_pay"))
        if amount(name)
    ]
    benefits = [
        Benefit("sickness_benefit", amount(name), status)
        for name, status in (("sickness_benefit", "paid"), ("lost_benefit", "lost"))
        if amount(name)
    ]
    return Basis(
        benefit_month=values["month"],
        incomes=tuple(incomes),
        benefits=tuple(benefits),
        wage_ceiling=values.get("wage_ceiling"),
        holiday_days_on_unemployment_benefit=amount("holiday_days"),
        paid_hours=values.get("paid_hours"),
    )


def _sum(form: CalculatorForm, grant: Grant | None) -> dict[str, Any]:
    """The sum of what is typed, beside the case's own; or why there is none, in Danish."""
    values = _values(form)
    if values is None:
        return {"sum_fault": "Ret de felter, der er markeret, så regnes der igen."}
    try:
        calculation = calculate(basis_from(values), rates_for(values["month"]))
        beside = _beside(grant)
    except (CalculationError, NoRates) as error:
        return {"sum_fault": str(error)}
    return {"sum": sum_rows(calculation, beside), "calculation": calculation, "has_beside": grant is not None}


def _values(form: CalculatorForm) -> dict[str, Any] | None:
    if form.is_bound:
        return form.cleaned_data if form.is_valid() else None
    return dict(form.initial)


def _beside(grant: Grant | None) -> Last:
    """The case's month as it stands, to compare with."""
    if grant is None:
        return Last([], None, None)
    month = _month_of(grant)
    now = calculate(basis_of(gather([grant.pk], month)[grant.pk]), rates_for(month))
    return Last(list(now.steps), now.subsidy, now.payable_before_tax)
