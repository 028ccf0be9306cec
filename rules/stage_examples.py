"""A worked example of every concern of a start-up or a recalculation: a case that has it (beside `rule_examples`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType

from rules.case_rules import (
    RULES,
    CaseEvent,
    CaseFacts,
    HolidayWithAllowance,
    MonthBenefits,
    MonthEmployers,
    ReceivedHolidayPay,
    ShiftEvent,
)
from rules.months import Month
from rules.registry import Numbers

D = Decimal
SEPTEMBER = Month(2026, 9)
SE, OTHER_SE = "70000010", "70000029"
_SEEN = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def _activity(name: str) -> CaseFacts:
    return CaseFacts(activities=(CaseEvent(name, date(2026, 11, 1), _SEEN),))


def _shift(from_group: int, to_group: int) -> CaseFacts:
    return CaseFacts(shifts=(ShiftEvent(from_group, to_group, _SEEN),))


@dataclass(frozen=True)
class StageExample:
    """A case in a start-up or a recalculation that has the concern."""

    story: str
    facts: CaseFacts


STAGE_EXAMPLES: Mapping[str, StageExample] = MappingProxyType(
    {
        "ELI1": StageExample(
            "Jobcentret indstiller en borger uden at skrive, hvornår bevillingen begynder.",
            CaseFacts(contact_course_has_start=False),
        ),
        "ELI2": StageExample(
            "Kontaktforløbet har aktiviteten “Fleksjob (Gl. ordning)” fra 1. november 2026.",
            _activity("Fleksjob (Gl. ordning)"),
        ),
        "ELI3": StageExample(
            "Kontaktforløbet har aktiviteten “Fleksjob for selvstændige (Gl. ordning)” fra 1. november 2026.",
            _activity("Fleksjob for selvstændige (Gl. ordning)"),
        ),
        "ELI4": StageExample(
            "Kontaktforløbet har aktiviteten “Ordinært job” fra 1. november 2026.", _activity("Ordinært job")
        ),
        "ELI5": StageExample(
            "Kontaktforløbet har aktiviteten “Fleksjob midlertidigt for selvstændige” fra 1. november 2026.",
            _activity("Fleksjob midlertidigt for selvstændige"),
        ),
        "INF1": StageExample(
            "Der er registreret ferie med feriegodtgørelse i fem dage fra 12. oktober 2026.",
            CaseFacts(holidays=(HolidayWithAllowance(date(2026, 10, 12), date(2026, 10, 16), _SEEN),)),
        ),
        "INF2": StageExample(
            "Målgruppen skifter fra sygedagpenge til ressourceforløb. Borgeren fik 4.000 kr. i sygedagpenge om "
            "måneden: er retten mistet ved borgerens egne forhold, trækkes de 4.000 kr. fra.",
            _shift(7, 17),
        ),
        "INF3": StageExample(
            "Målgruppen skifter fra ressourceforløb tilbage til fleksjob. Perioden med mistet ret skal måske slutte.",
            _shift(17, 10),
        ),
        "INF4": StageExample(
            "Målgruppen skifter fra sygedagpenge tilbage til fleksjob. Perioden med mistet ret skal måske slutte.",
            _shift(7, 10),
        ),
        "SAT1": StageExample("En ny sag: sæt oktobers løn på 10.000 kr. som medtaget, eller ret den.", CaseFacts()),
        "SAT2": StageExample("En genberegning af september: se de 10.000 kr. efter, når du er der.", CaseFacts()),
        "SAT3": StageExample(
            "En ny sag: skriv visitationsdato, målgruppe og bevillingsperiode, fx fra 1. november 2026.", CaseFacts()
        ),
        "SAT4": StageExample("En genberegning: visitationen står allerede på sagen.", CaseFacts()),
        "SAT5": StageExample(
            "En ny sag: fuldtidslønnen i jobbet er 32.000 kr. Skriv det som lønloft, og forventet løn 12.000 kr.",
            CaseFacts(),
        ),
        "SAT6": StageExample("En genberegning: lønloftet på 32.000 kr. står allerede på sagen.", CaseFacts()),
        "SAT7": StageExample("Ingen har valgt hoved- eller bikort. Så bruges hovedkortet.", CaseFacts()),
        "SAT8": StageExample("Genberegningen dækker juli. Holdt borgeren ferie, så skriv dagene.", CaseFacts()),
        "SAT9": StageExample(
            "Borgeren er begyndt i ordinært job 1. november 2026. Skal tilskuddet stoppes så længe?",
            _activity("Ordinært job"),
        ),
        "SAT10": StageExample(
            "Borgeren er indkaldt til værnepligt fra 1. november 2026. Skal tilskuddet stoppes så længe?",
            CaseFacts(absences=(CaseEvent("Værnepligt", date(2026, 11, 1), _SEEN),)),
        ),
        "REC1": StageExample(
            "I september har både bageriet og gartneriet betalt løn.",
            CaseFacts(wage_se_numbers=(MonthEmployers(SEPTEMBER, (SE, OTHER_SE)),)),
        ),
        "REC2": StageExample(
            "FerieKonto har udbetalt 3.000 kr. netto for ferie fra 13. juli 2026. De regnes om til brutto og med i "
            "juli, og lønloftet kan hæves tilsvarende.",
            CaseFacts(holiday_payments=(ReceivedHolidayPay(date(2026, 7, 13), D(3000), _SEEN),)),
        ),
        "REC3": StageExample(
            "Der er udbetalt 4.000 kr. i sygedagpenge i september. Tilskuddet for oktober bliver 4.000 kr. lavere, "
            "krone for krone.",
            CaseFacts(benefits_paid=(MonthBenefits(SEPTEMBER, D(4000)),)),
        ),
    }
)

REGULATION_STORY = (
    "Fleksjobbet begyndte den 15. september, og oktobers tilskud blev regnet af en forventet løn på 12.000 kr. "
    "Den første hele måneds løn blev 11.000 kr. Forskellen er 1.000 kr., og tilskuddet reguleres med 30 % af den: "
    "300 kr. til borgeren."
)


def stage_numbers(code: str) -> Numbers:
    """What the concern of a process finds in its example. LookupError when the example does not have it."""
    rule = next(one for one in RULES if one.code == code)
    numbers = rule.test(STAGE_EXAMPLES[code].facts)
    if numbers is None:
        raise LookupError(f"The example of {code} does not have its concern.")
    return numbers
