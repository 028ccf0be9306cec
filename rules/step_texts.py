"""What the steps say: Danish, in the words of the act, so that a citizen can check the sum.

Each function gives the text and the paragraph of one step. They are addressed to the reader of the
specification; amounts are shown with øre, while the sum itself is not rounded before the subsidy.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from rules.dated_rules import Law
from rules.money import danish, danish_number, percent
from rules.rates import Rates

TextAndLaw = tuple[str, str]

INCOMES = {
    "wage": "løn",
    "other_wage": "løn fra andet job",
    "b_income": "B-indkomst",
    "sideline": "overskud af selvstændig bibeskæftigelse",
    "lost_earnings": "tabt arbejdsfortjeneste eller plejevederlag",
    "holiday_pay": "feriegodtgørelse før skat",
    "employee_benefit": "personalegoder",
    "volunteer_fee": "vederlag til frivillige i beredskabet",
    "pension_payment": "udbetalt pension",
}
BENEFITS = {
    "sickness_benefit": "sygedagpenge",
    "parental_benefit": "barselsdagpenge",
    "resource_course_benefit": "ressourceforløbsydelse",
    "unemployment_allowance_in_holiday": "ledighedsydelse under ferie",
}
_LOST = {
    "sickness_benefit": "Sygedagpenge, som retten er mistet til eller som er søgt for sent, fradrages fuldt ud",
    "parental_benefit": "Barselsdagpenge, som retten er mistet til, fradrages fuldt ud",
    "resource_course_benefit": "Ressourceforløbsydelse, som retten er mistet til, fradrages fuldt ud",
}
_LOST_LAW = {
    "sickness_benefit": "lost_sickness",
    "parental_benefit": "lost_parental",
    "resource_course_benefit": "lost_resource_course",
}
_PAID_LAW = {"sickness_benefit": "sickness", "parental_benefit": "parental", "resource_course_benefit": "sickness"}


def left_out(kind: str, amount: Decimal, law: Law) -> TextAndLaw:
    """An income that is not counted."""
    return f"{_capital(INCOMES[kind])} {danish(amount)} kr. regnes ikke med", getattr(law, kind)


def income(
    counted: Mapping[str, Decimal], own_pension: Decimal, employer_pension: Decimal, total: Decimal, law: Law
) -> TextAndLaw:
    """How the income is put together; ``counted`` in the order it is to be read."""
    parts = [_part(INCOMES[kind], amount) for kind, amount in counted.items()]
    if own_pension:
        parts.append(_part("eget pensionsbidrag", own_pension))
    if employer_pension:
        parts.append(_part("arbejdsgivers pensionsbidrag", employer_pension))
    text = f"Indtægt: {' + '.join(parts)}"
    if len(parts) > 1 or total == 0:
        text = f"{text} = {danish(total)} kr."
    return text, _income_law(counted, law)


def no_income(law: Law) -> TextAndLaw:
    """The month has no income that counts."""
    return "Ingen løn eller anden indtægt, som tilskuddet nedsættes for", law.reduction


def below(income: Decimal, rates: Rates, law: Law) -> TextAndLaw:
    """The reduction for the income up to the threshold."""
    share = percent(rates.reduction_below)
    if income <= rates.threshold:
        return f"{share} af {danish(income)} kr. (indtægt op til {danish(rates.threshold)} kr.)", law.reduction
    return f"{share} af {danish(rates.threshold)} kr. (indtægt op til indtægtsgrænsen)", law.reduction


def above(income: Decimal, rates: Rates, law: Law) -> TextAndLaw:
    """The reduction for the income over the threshold."""
    over = danish(income - rates.threshold)
    return f"{percent(rates.reduction_above)} af {over} kr. (indtægt over indtægtsgrænsen)", law.reduction


def benefit(kind: str, status: str, with_wage: bool, law: Law) -> TextAndLaw:
    """Another benefit, paid or lost."""
    if kind == "unemployment_allowance_in_holiday":
        return "Ledighedsydelse under ferie fradrages", law.holiday_allowance
    if status == "lost":
        return _LOST[kind], getattr(law, _LOST_LAW[kind])
    paragraph = f"{_PAID_LAW[kind]}_with_wage" if with_wage else _PAID_LAW[kind]
    return f"{_capital(BENEFITS[kind])} fradrages fuldt ud", getattr(law, paragraph)


def not_deducted(kind: str) -> str:
    """Why a known benefit is not deducted in the month."""
    return f"{kind} fradrages kun i månederne 2020-01 til 2022-03 (bekg. 1604/2019 og 110/2021 § 9, stk. 2)."


def benefit_floor(law: Law) -> TextAndLaw:
    """Corrections that are larger than the benefits."""
    return "Rettelser af ydelser kan ikke forhøje tilskuddet", law.base


def floor(law: Law) -> TextAndLaw:
    """The deductions are larger than the base."""
    return "Tilskuddet kan ikke blive mindre end 0 kr.", law.floor


def ceiling(
    before: Decimal, cut: Decimal, income: Decimal, benefits: Decimal, wage_ceiling: Decimal | None, law: Law
) -> TextAndLaw:
    """The wage ceiling, also when nothing is cut."""
    paragraph = law.ceiling_with_benefits if benefits else law.ceiling
    if wage_ceiling is None:
        return "Lønloftet er ikke oplyst, og tilskuddet er ikke holdt op mod det", paragraph
    limit = f"lønloftet på {danish(wage_ceiling)} kr."
    if before == 0:
        return f"Der er intet tilskud at nedsætte efter {limit}", paragraph
    parts = f"indtægt {danish(income)} kr. + " + (f"ydelser {danish(benefits)} kr. + " if benefits else "")
    whole = f"{parts}tilskud {danish(before)} kr. = {danish(income + benefits + before)} kr."
    if cut == before:
        return f"{_capital(limit)} er overskredet, og tilskuddet falder helt bort: {whole}", paragraph
    return f"{_capital(limit)} er {'' if cut else 'ikke '}overskredet: {whole}", paragraph


def holiday(capped: Decimal, days: Decimal, rates: Rates, law: Law) -> TextAndLaw:
    """Days with ledighedsydelse under holiday."""
    unit = "dag" if days == 1 else "dage"
    share = f"{danish_number(days)}/{danish_number(rates.days_in_month)}"
    return f"{danish_number(days)} {unit} med ledighedsydelse under ferie: {share} af {danish(capped)} kr.", (
        law.holiday_allowance
    )


def rounding(law: Law) -> TextAndLaw:
    """To whole kroner."""
    return "Afrunding til nærmeste hele krone", law.rounding


def extra_atp(rates: Rates, law: Law) -> TextAndLaw:
    """The citizen's own ATP, withheld."""
    share, limit = percent(rates.extra_atp_percent), danish_number(rates.extra_atp_max)
    return f"Ekstra ATP: {share} af tilskuddet, højst {limit} kr.", law.extra_atp


def _part(name: str, amount: Decimal) -> str:
    return f"{name} {danish(amount)} kr."


def _income_law(counted: Mapping[str, Decimal], law: Law) -> str:
    text = law.income
    if "holiday_pay" in counted:
        text = f"{text}; {law.holiday_pay}"
    if "lost_earnings" in counted:
        text = f"{text}; {law.lost_earnings}"
    return text


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
