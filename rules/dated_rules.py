"""What changed when: the rules that have a date, and the paragraph each step rests on at that date.

Two small tables, each sorted by its first benefit month (open question Q3: rules, like rates, follow the
benefit month). Nothing else in ``rules/`` asks what year it is.

An order that came into force inside a month is cited from the first whole month. BEK 227/2024 of 7 March
2024 has effect for income from 1 January 2024 and so stands for BEK 1806/2023, whose numbering it keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from rules.months import Month

FIRST_MONTH = Month(2014, 1)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the sum that have changed over time. The kinds are those of ``rules.facts``."""

    from_month: Month
    base_text: str
    counted_incomes: frozenset[str]
    deducted_benefits: frozenset[str]
    benefits_under_ceiling: frozenset[str]
    holiday_allowance_in_days: bool


_WAGES = frozenset({"wage", "other_wage", "b_income", "sideline", "holiday_pay"})
_BENEFITS = frozenset({"sickness_benefit", "parental_benefit", "resource_course_benefit"})

_FROM_2014 = Rules(
    from_month=FIRST_MONTH,
    base_text="98 % af højeste dagpenge pr. uge × 4,3333",
    counted_incomes=_WAGES,
    deducted_benefits=_BENEFITS,
    benefits_under_ceiling=frozenset(),  # only wage counted (BEK 250/2022 § 3, stk. 3)
    holiday_allowance_in_days=False,
)
# A monthly rate instead of the weekly one (BEK 891/2017 § 2).
_FROM_JULY_2017 = replace(_FROM_2014, from_month=Month(2017, 7), base_text="98 % af højeste dagpenge")
# Ledighedsydelse under holiday is deducted in kroner (BEK 1604/2019 and 110/2021 § 9, stk. 2) ...
_FROM_2020 = replace(
    _FROM_JULY_2017,
    from_month=Month(2020, 1),
    deducted_benefits=_BENEFITS | {"unemployment_allowance_in_holiday"},
)
# ... and since then cuts the subsidy by days (BEK 250/2022 § 10, stk. 2).
_FROM_APRIL_2022 = replace(
    _FROM_2020, from_month=Month(2022, 4), deducted_benefits=_BENEFITS, holiday_allowance_in_days=True
)
# Lost earnings count as wage (BEK 227/2024 § 11; before not: principmeddelelse 6-23), and the ceiling is
# measured with the benefits paid (§ 3, stk. 3).
_FROM_2024 = replace(
    _FROM_APRIL_2022,
    from_month=Month(2024, 1),
    counted_incomes=_WAGES | {"lost_earnings"},
    benefits_under_ceiling=_BENEFITS,
)
RULES = (_FROM_2014, _FROM_JULY_2017, _FROM_2020, _FROM_APRIL_2022, _FROM_2024)


@dataclass(frozen=True, slots=True)
class Law:
    """The paragraphs in force, one text for each kind of step."""

    from_month: Month
    base: str
    income: str
    holiday_pay: str
    lost_earnings: str
    employee_benefit: str
    volunteer_fee: str
    pension_payment: str
    reduction: str
    sickness: str
    sickness_with_wage: str
    parental: str
    parental_with_wage: str
    lost_sickness: str
    lost_resource_course: str
    lost_parental: str
    floor: str
    ceiling: str
    ceiling_with_benefits: str
    holiday_allowance: str
    rounding: str
    extra_atp: str


_NOT_COUNTED = "Principmeddelelse 6-23; tæller først med fra bekg. 227/2024 § 11"
_LAW_2012 = Law(
    from_month=FIRST_MONTH,
    base="LAB § 70 f, stk. 1",
    income="Bekg. 1425/2012 § 1 og § 2, stk. 2",
    holiday_pay="§ 2, stk. 3, og § 6, stk. 2",
    lost_earnings=_NOT_COUNTED,
    employee_benefit="Principmeddelelse 39-19",
    volunteer_fee="Ikke løn, jf. bekg. 1425/2012 § 1, nr. 1 (siden udtrykkeligt i bekg. 110/2021 § 1, stk. 1, nr. 4)",
    pension_payment="Ikke løn, jf. bekg. 1425/2012 § 1, nr. 1",
    reduction="LAB § 70 f, stk. 2; bekg. 1425/2012 § 2, stk. 1",
    sickness="LAB § 70 f, stk. 5; bekg. 1425/2012 § 3, stk. 1",
    sickness_with_wage="LAB § 70 f, stk. 5; bekg. 1425/2012 § 3, stk. 1, og § 4",
    parental="LAB § 70 f, stk. 5; bekg. 1425/2012 § 5",
    parental_with_wage="LAB § 70 f, stk. 5; bekg. 1425/2012 § 5",
    lost_sickness="LAB § 70 f, stk. 6; bekg. 1425/2012 § 3, stk. 2 (ved for sen anmodning stk. 3)",
    lost_resource_course="LAB § 70 f, stk. 6",
    lost_parental="LAB § 70 f, stk. 5; bekg. 1425/2012 § 5",
    floor="LAB § 70 f, stk. 2",
    ceiling="LAB § 70 f, stk. 3",
    ceiling_with_benefits="LAB § 70 f, stk. 3",
    holiday_allowance="",
    rounding="Som siden bekg. 411/2014 § 2",
    extra_atp="Bekg. 1414/2012",
)
_LAW_411 = replace(
    _LAW_2012,
    from_month=Month(2014, 5),
    base="LAB § 70 f, stk. 1; bekg. 411/2014 § 2",
    income="Bekg. 411/2014 § 1 og § 3, stk. 4",
    holiday_pay="§ 3, stk. 5, og § 7, stk. 2",
    volunteer_fee="Ikke løn, jf. bekg. 411/2014 § 1, nr. 1 (siden udtrykkeligt i bekg. 110/2021 § 1, stk. 1, nr. 4)",
    pension_payment="Ikke løn, jf. bekg. 411/2014 § 1, nr. 1",
    reduction="LAB § 70 f, stk. 2; bekg. 411/2014 § 3, stk. 2",
    sickness="LAB § 70 f, stk. 5; bekg. 411/2014 § 4, stk. 1",
    sickness_with_wage="LAB § 70 f, stk. 5; bekg. 411/2014 § 4, stk. 1, og § 5",
    parental="LAB § 70 f, stk. 5; bekg. 411/2014 § 6",
    parental_with_wage="LAB § 70 f, stk. 5; bekg. 411/2014 § 6",
    lost_sickness="LAB § 70 f, stk. 6; bekg. 411/2014 § 4, stk. 2 (ved for sen anmodning stk. 3)",
    lost_parental="LAB § 70 f, stk. 5; bekg. 411/2014 § 6",
    floor="LAB § 70 f, stk. 2; bekg. 411/2014 § 3, stk. 2",
    rounding="Bekg. 411/2014 § 2",
)
_LAW_811 = replace(
    _LAW_411,
    from_month=Month(2014, 7),
    base="LAB § 70 f, stk. 1; bekg. 811/2014 § 2",
    income="Bekg. 811/2014 § 1 og § 3, stk. 5",
    holiday_pay="§ 3, stk. 6, og § 7, stk. 2",
    volunteer_fee="Ikke løn, jf. bekg. 811/2014 § 1, nr. 1 (siden udtrykkeligt i bekg. 110/2021 § 1, stk. 1, nr. 4)",
    pension_payment="Ikke løn, jf. bekg. 811/2014 § 1, nr. 1",
    reduction="LAB § 70 f, stk. 2; bekg. 811/2014 § 3, stk. 2",
    sickness="LAB § 70 f, stk. 5; bekg. 811/2014 § 4, stk. 1",
    sickness_with_wage="LAB § 70 f, stk. 5; bekg. 811/2014 § 4, stk. 1, og § 5",
    parental="LAB § 70 f, stk. 5; bekg. 811/2014 § 6",
    parental_with_wage="LAB § 70 f, stk. 5; bekg. 811/2014 § 6",
    lost_sickness="LAB § 70 f, stk. 6; bekg. 811/2014 § 4, stk. 2 (ved for sen anmodning stk. 3)",
    lost_resource_course="LAB § 70 f, stk. 6; bekg. 811/2014 § 4, stk. 2",
    lost_parental="LAB § 70 f, stk. 5; bekg. 811/2014 § 6",
    floor="LAB § 70 f, stk. 2; bekg. 811/2014 § 3, stk. 2",
    ceiling="LAB § 70 f, stk. 3; bekg. 811/2014 § 3, stk. 3",
    ceiling_with_benefits="LAB § 70 f, stk. 3; bekg. 811/2014 § 3, stk. 3",
    rounding="Bekg. 811/2014 § 2",
    extra_atp="Bekg. 806/2014 § 2",
)
_LAW_2016 = replace(_LAW_811, from_month=Month(2016, 1), extra_atp="Bekg. 1344/2015 § 2")


def _monthly_rate_order(number: str, from_month: Month) -> Law:
    """BEK 891/2017, 1182/2017 and 1603/2018 have the same numbering."""
    order = f"bekg. {number}"
    return replace(
        _LAW_2016,
        from_month=from_month,
        base=f"LAB § 70 f, stk. 1; {order} § 2",
        income=f"Bekg. {number} § 1, stk. 1, og § 3, stk. 5",
        volunteer_fee=f"Ikke løn, jf. {order} § 1, stk. 1 (siden udtrykkeligt i bekg. 110/2021 § 1, stk. 1, nr. 4)",
        pension_payment=f"Ikke løn, jf. {order} § 1, stk. 1, nr. 1",
        reduction=f"LAB § 70 f, stk. 2; {order} § 3, stk. 2",
        sickness=f"LAB § 70 f, stk. 5; {order} § 4, stk. 1",
        sickness_with_wage=f"LAB § 70 f, stk. 5; {order} § 4, stk. 1, og § 5",
        parental=f"LAB § 70 f, stk. 5; {order} § 6",
        parental_with_wage=f"LAB § 70 f, stk. 5; {order} § 6",
        lost_sickness=f"LAB § 70 f, stk. 6; {order} § 4, stk. 2 (ved for sen anmodning stk. 4)",
        lost_resource_course=f"LAB § 70 f, stk. 6; {order} § 4, stk. 3",
        lost_parental=f"LAB § 70 f, stk. 5; {order} § 6",
        floor=f"LAB § 70 f, stk. 2; {order} § 3, stk. 2",
        ceiling=f"LAB § 70 f, stk. 3; {order} § 3, stk. 3",
        ceiling_with_benefits=f"LAB § 70 f, stk. 3; {order} § 3, stk. 3",
        rounding=f"Bekg. {number} § 2",
    )


def _act_of_2020_order(number: str, from_month: Month) -> Law:
    """BEK 1604/2019 and 110/2021 have the same numbering, under the act in force from 1 January 2020."""
    order = f"bekg. {number}"
    return replace(
        _LAW_2016,
        from_month=from_month,
        base=f"LAB § 123, stk. 1; {order} § 2",
        income=f"Bekg. {number} § 1, stk. 1, og § 3, stk. 5",
        holiday_pay="§ 3, stk. 6, og § 5",
        volunteer_fee=f"Ikke løn, jf. {order} § 1, stk. 1 (siden udtrykkeligt i bekg. 110/2021 § 1, stk. 1, nr. 4)",
        pension_payment=f"Ikke løn, jf. {order} § 1, stk. 1, nr. 1",
        reduction=f"LAB § 123, stk. 2; {order} § 3, stk. 2",
        sickness=f"LAB § 124, stk. 3; {order} § 6, stk. 1",
        sickness_with_wage=f"LAB § 124, stk. 3; {order} § 6, stk. 1, og § 7",
        parental=f"LAB § 124, stk. 3; {order} § 8",
        parental_with_wage=f"LAB § 124, stk. 3; {order} § 8",
        lost_sickness=f"LAB § 124, stk. 4; {order} § 6, stk. 2 (ved for sen anmodning stk. 4)",
        lost_resource_course=f"LAB § 124, stk. 4; {order} § 6, stk. 3",
        lost_parental=f"LAB § 124, stk. 3; {order} § 8",
        floor=f"LAB § 123, stk. 2; {order} § 3, stk. 2",
        ceiling=f"LAB § 123, stk. 3; {order} § 3, stk. 3",
        ceiling_with_benefits=f"LAB § 123, stk. 3; {order} § 3, stk. 3",
        holiday_allowance=f"Bekg. {number} § 9, stk. 2",
        rounding=f"Bekg. {number} § 2",
        extra_atp="LAB § 137; bekg. 1344/2015 § 2",
    )


_LAW_2022 = replace(
    _act_of_2020_order("250/2022", Month(2022, 4)),
    base="LAB § 123, stk. 1; bekg. 250/2022 § 2, stk. 1",
    holiday_pay="§ 3, stk. 6, og § 6",
    volunteer_fee="Bekg. 250/2022 § 2, stk. 3",
    sickness="LAB § 124, stk. 3; bekg. 250/2022 § 7, stk. 1",
    sickness_with_wage="LAB § 124, stk. 3; bekg. 250/2022 § 7, stk. 1, og § 8",
    parental="LAB § 124, stk. 3; bekg. 250/2022 § 9",
    parental_with_wage="LAB § 124, stk. 3; bekg. 250/2022 § 9",
    lost_sickness="LAB § 124, stk. 4; bekg. 250/2022 § 7, stk. 2 (ved for sen anmodning stk. 4)",
    lost_resource_course="LAB § 124, stk. 4; bekg. 250/2022 § 7, stk. 3",
    lost_parental="LAB § 124, stk. 3; bekg. 250/2022 § 9",
    holiday_allowance="Bekg. 250/2022 § 10, stk. 2, og § 2, stk. 2",
    rounding="Bekg. 250/2022 § 2, stk. 1",
)
_LAW_2024 = Law(
    from_month=Month(2024, 1),
    base="LAB § 123, stk. 1; bekg. 227/2024 § 2, stk. 1",
    income="Bekg. 227/2024 § 1, stk. 1, og § 3, stk. 5",
    holiday_pay="§ 3, stk. 6, og § 6",
    lost_earnings="§ 11",
    employee_benefit="Principmeddelelse 39-19",
    volunteer_fee="Bekg. 227/2024 § 2, stk. 3",
    pension_payment="Ikke løn, jf. bekg. 227/2024 § 1, stk. 1, nr. 1",
    reduction="LAB § 123, stk. 2; bekg. 227/2024 § 3, stk. 2",
    sickness="LAB § 124, stk. 3; bekg. 227/2024 § 7, stk. 1",
    sickness_with_wage="LAB § 124, stk. 3, 3. pkt.; bekg. 227/2024 § 7, stk. 2, og § 8",
    parental="LAB § 124, stk. 3; bekg. 227/2024 § 9, stk. 1",
    parental_with_wage="LAB § 124, stk. 3, 3. pkt.; bekg. 227/2024 § 9, stk. 2",
    lost_sickness="LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 3 (ved for sen anmodning stk. 5)",
    lost_resource_course="LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 4",
    lost_parental="LAB § 124, stk. 3; bekg. 227/2024 § 9, stk. 1",
    floor="LAB § 123, stk. 2; bekg. 227/2024 § 3, stk. 2",
    ceiling="LAB § 123, stk. 3; bekg. 227/2024 § 3, stk. 3",
    ceiling_with_benefits="LAB § 123, stk. 3, og § 124, stk. 3, 4. pkt.; bekg. 227/2024 § 3, stk. 3",
    holiday_allowance="Bekg. 227/2024 § 10, stk. 2, og § 2, stk. 2",
    rounding="Bekg. 227/2024 § 2, stk. 1",
    extra_atp="LAB § 137; bekg. 1450/2023 § 2",
)
LAW = (
    _LAW_2012,
    _LAW_411,
    _LAW_811,
    _LAW_2016,
    _monthly_rate_order("891/2017", Month(2017, 7)),
    _monthly_rate_order("1182/2017", Month(2017, 12)),
    _monthly_rate_order("1603/2018", Month(2019, 1)),
    _act_of_2020_order("1604/2019", Month(2020, 1)),
    replace(_act_of_2020_order("110/2021", Month(2021, 2)), volunteer_fee="Bekg. 110/2021 § 1, stk. 1, nr. 4"),
    _LAW_2022,
    _LAW_2024,
)


class _Dated(Protocol):
    @property
    def from_month(self) -> Month: ...


_Row = TypeVar("_Row", bound=_Dated)


def in_force(table: Sequence[_Row], month: Month) -> _Row:
    """The row of a table sorted by ``from_month`` that holds in the month; LookupError before the first."""
    for row in reversed(table):
        if row.from_month <= month:
            return row
    raise LookupError(f"Reglerne for {month} er ikke med: de begynder {table[0].from_month}.")
