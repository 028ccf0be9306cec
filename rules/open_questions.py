"""What the law leaves open, and what we chose: one place (../shared/domain/open_questions.md has the grounds).

A choice that is a municipality's own stands in ``rules.parameters``; a choice that is the program's stands here
and in the code that ``where`` names. To change one: change the code, this row and RULES_VERSION together.
"""

from __future__ import annotations

from typing import NamedTuple


class Choice(NamedTuple):
    """One open question: its number, our name for it, what we do, why, and where in the code."""

    number: str
    name: str
    value: str
    why: str
    where: str


CHOICES = (
    Choice(
        "Q1",
        "rounding",
        "final_only, halves up; base_rounding = published",
        "BEK 227/2024 § 2, stk. 1 rounds the computed subsidy only and says nothing of halves.",
        "rules.money.kroner, rules.calculation.pay_out",
    ),
    Choice(
        "Q2",
        "partial_month",
        "manual; proposal by calendar days for base and ceiling, threshold whole",
        "No rule on pro-rata was found in the act or the orders.",
        "rules.partial_month.propose",
    ),
    Choice(
        "Q3",
        "rate_date",
        "benefit_month, for rates and dated rules alike",
        "The ministry's example calculates in August from July's wage; 2024-01 is the first wider ceiling.",
        "rules.rates.rates_on, rules.dated_rules",
    ),
    Choice(
        "Q4",
        "atp_base",
        "final_subsidy",
        "LAB § 137 says 'of the subsidy'; the order's 'after reduction for wage' does not name a stage.",
        "rules.contributions.extra_atp",
    ),
    Choice(
        "Q5",
        "ceiling_14_days",
        "74 hours x number of pay dates in the month",
        "BEK 227/2024 § 13, stk. 2 gives the hours and not the number of periods.",
        "rules.ceilings.fourteen_day_ceiling",
    ),
    Choice(
        "Q6",
        "gross_up",
        "net / ((1 - 0.08)(1 - tax percent)), no allowance, øre halves up; no or 0 percent: a person",
        "BEK 227/2024 § 6 adds tax and AM-bidrag and prints no formula.",
        "rules.holiday.gross_up",
    ),
    Choice(
        "Q7",
        "order_of_ceiling_and_days",
        "ceiling first, then the days; raising the ceiling in a holiday month is a proposal",
        "'The computed subsidy after § 3 is reduced' (§ 10, stk. 2), and the ceiling is § 3, stk. 3.",
        "rules.calculation.limit, rules.ceilings.proposed_in_holiday",
    ),
    Choice(
        "Q8",
        "cap_in_sickness",
        "the ceiling wins over 98 %",
        "LAB § 124, stk. 3: the 4th sentence comes after the 98 % of the 2nd.",
        "rules.calculation.limit",
    ),
    Choice(
        "Q9",
        "several_employers",
        "all income against the one ceiling of the fleksjob",
        "BEK 227/2024 § 3, stk. 5 applies stk. 3 'correspondingly'; two fleksjob at once are judged by a person.",
        "rules.calculation.limit",
    ),
    Choice(
        "Q10",
        "sideline_deficit",
        "each sideline's deficit counts as 0",
        "The definition speaks of a surplus; a deficit would make other wage not count.",
        "rules.calculation.add_incomes",
    ),
    Choice(
        "Q11",
        "no_wage",
        "the sum gives the base; the run stops",
        "The subsidy presupposes a wage (VEJL 2.1), which is a concern and not a sum.",
        "rules.calculation.calculate",
    ),
    Choice(
        "Q12",
        "floors",
        "floor 0 for income, benefits and subsidy; no minimum payout",
        "None is printed, and nobody pays for having a fleksjob.",
        "rules.calculation.total_of, rules.calculation.deduct, rules.spreading.settle",
    ),
    Choice(
        "Q13",
        "full_time_hours",
        "160.333 less the reported hours; the contribution alone is rounded",
        "BEK 227/2024 § 13 prescribes 160.333 for the ceiling; no other figure is printed.",
        "rules.contributions.ordinary_atp",
    ),
    Choice(
        "Q17",
        "coming_rates",
        "rates are data and hold to the end of their year; a month without rates is refused",
        "A cut of 0.45 points is due in 2026 or 2027.",
        "rules.rates.rates_on",
    ),
    Choice(
        "Q18",
        "adjustment_reach",
        "12 months back from the month of discovery",
        "BEK 227/2024 § 4, stk. 4 does not say from when the 12 months count.",
        "rules.spreading.within_reach",
    ),
    Choice(
        "Q19",
        "settle_how_much",
        "all of it in the next month, floor 0, the rest in the following",
        "BEK 227/2024 § 3, stk. 4: in full in the next month if possible.",
        "rules.spreading.settle",
    ),
    Choice(
        "Q22",
        "reference_error",
        "BEK 227/2024 § 14, stk. 4 is read as a reference to § 7, stk. 5",
        "The stykke was not renumbered when a new stk. 2 came in 2024.",
        "rules.sickness.late_sickness_benefit",
    ),
    Choice(
        "Q23",
        "lost_right_amount",
        "as paid in the month before, also when it was partial",
        "BEK 227/2024 § 7, stk. 3 says 'the amount paid'.",
        "rules.sickness.lost_sickness_benefit",
    ),
    Choice(
        "Q24",
        "pension_month",
        "judged by a person; proposal: to the day before",
        "LAB § 116 ends the right at the age and says nothing of the month.",
        "rules.pension_age.last_day_of_right",
    ),
    Choice(
        "Q25",
        "holiday_days",
        "weekdays less public holidays",
        "Municipal practice; 5-day weeks.",
        "rules.holiday.holiday_days",
    ),
    Choice(
        "Q27",
        "dis_wage",
        "entered by a person as gross wage of the kind wage",
        "The yearly table of factors was out of reach.",
        "rules.calculation.add_incomes",
    ),
    Choice(
        "Q30",
        "lost_right_under_ceiling",
        "a lost benefit is deducted and never counts under the ceiling",
        "BEK 227/2024 § 3, stk. 3 lists benefits, not forgone ones.",
        "rules.calculation.add_benefits",
    ),
    Choice(
        "Q31",
        "spreading",
        "always when the period is known; else a person",
        "§ 3, stk. 4 says 'must', § 4, stk. 3 'can'.",
        "rules.spreading.spread",
    ),
    Choice(
        "-",
        "benefit_corrections",
        "corrections larger than the month's benefits give no deduction and no higher subsidy",
        "98 % is where the calculation starts (LAB § 123, stk. 1); the month the correction belongs to is redone.",
        "rules.calculation.deduct",
    ),
    Choice(
        "Q35",
        "last_handled",
        "received by us after the last completed process; a case that was never handled finds everything new",
        "The seed does not say what 'siden sagen sidst blev behandlet' means; an effective date may lie years back.",
        "rules.case_rules.CaseFacts",
    ),
    Choice(
        "Q36",
        "target_group_cases",
        "A and RG: the from-group's case; R and N: the to-group's; O and x always ours; other benefits are noticed",
        "The colours of annex 2 are lost; whose case it is was read from the letters.",
        "rules.target_groups.shift",
    ),
    Choice(
        "-",
        "recalculation_stage",
        "the recalculation's own concerns (REC1-REC3) stop at stage 6",
        "Annex 1 names no stage for them; at stage 6 the case's information is put right, such as the ceiling.",
        "rules.concerns.ConcernText",
    ),
    Choice(
        "-",
        "incompatible_benefits",
        "our own dated table; each row is marked as law or reading",
        "The list that annex 1 points at is not public.",
        "rules.incompatible.INCOMPATIBLE",
    ),
    Choice(
        "-",
        "municipal_defaults",
        "control is off or shown (a pension unlike the agreed one stops), judgment stops; the limits are ours",
        "The sources name the criteria and no limits.",
        "rules.municipal_rules.MUNICIPAL",
    ),
    Choice(
        "-",
        "unknown_hours",
        "ordinary ATP is unknown (null) when no hours are stated, also without a subsidy",
        "A figure is not made up where the hours are missing.",
        "rules.contributions.ordinary_atp",
    ),
    Choice(
        "-",
        "remainder_of_spread_pay",
        "the øre that do not divide are put one each on the last months",
        "The months must add up to what was paid.",
        "rules.spreading.spread",
    ),
    Choice(
        "-",
        "order_in_force",
        "an order that comes inside a month is cited from the first whole month; 227/2024 from January 2024",
        "227/2024 has effect for income from 1 January 2024.",
        "rules.dated_rules.LAW",
    ),
)
