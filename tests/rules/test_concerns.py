"""Every reason to wonder of annex 1, letter by letter, against a copy made by hand from the seed."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest

from rules.code_tables import read_table
from rules.concerns import CONCERNS, KINDS, RUNS, SYSTEM_NAME, kind_stops
from rules.income_rules import BY_CODE

SHARED = Path(__file__).parents[3] / "shared" / "domain" / "undringsaarsager.csv"

# Code, stage, where it runs, kind, sub-process, and the sentence of the seed (the slips are its own).
# ruff: noqa: E501
SEED = [
    (
        "INC1",
        "month",
        "month",
        "blocking",
        "Indtægter",
        "Dette er en opstartssag og indtægter skal derfor håndteres manuelt",
    ),
    ("INC2", "month", "month", "blocking", "Indtægter", "Der er ingen indtægter til denne måneds beregning"),
    ("INC3", "month", "month", "blocking", "Indtægter", "Indtægterne er for lave ift. de to foregående måneder"),
    ("INC4", "month", "month", "blocking", "Indtægter", "Indtægterne er for høje ift. de to foregående måneder"),
    ("INC5", "month", "month", "blocking", "Indtægter", "Der er indtægter med ugyldige løntimer"),
    ("INC6", "month", "month", "blocking", "Indtægter", "Der er registreret indtægter med en periode på 14 dage"),
    ("INC7", "month", "month", "blocking", "Indtægter", "Der er registreret indtægter fra flere arbejdsgivere"),
    (
        "INC8",
        "month",
        "month",
        "mandatory",
        "Indtægter",
        "Automatisk bruttoficering af nettoferiepenge var ikke muligt. Bruttoficerede nettoferiepenge skal beregnes og feltet udfyldes manuelt.",
    ),
    (
        "ELI1",
        "4",
        "start_up",
        "checkmark",
        "",
        "Bemærk, at der ikke er registreret en bevillingsstartdato på Borgers kontaktforløb. Angiv datoen eller kontakt Jobcenteret",
    ),
    (
        "ELI2",
        "4",
        "start_up",
        "checkmark",
        "",
        "Bemærk, at der er registreret, at Borger er i Fleksjob under den gammel ordning. Skal sagen afslås, eller bevillingsperioden forkortes",
    ),
    (
        "ELI3",
        "4",
        "start_up",
        "checkmark",
        "",
        "Bemærk, at der er registreret, at Borger er i Fleksjob som selvstændig under den gammel ordning. Skal sagen afslås, eller bevillingsperioden forkortes",
    ),
    (
        "ELI4",
        "4",
        "start_up",
        "checkmark",
        "",
        "Bemærk, at det er registreret, at Borger er startet i ordinært job. Skal sagen afslås, eller bevillingsperioden forkortes",
    ),
    (
        "ELI5",
        "4",
        "start_up",
        "checkmark",
        "",
        "Bemærk, at det er registreret, at Borger er i et midlertidigt Fleksjob for selvstændig. Skal sagen afslås, eller bevillingsperioden forkortes",
    ),
    (
        "INF1",
        "6",
        "start_up, recalculation",
        "checkmark",
        "",
        "Bemærk, at der er registreret ferie med feriegodtgørelse for Borger, har du husket at justere lønloftet?",
    ),
    (
        "INF2",
        "6",
        "recalculation",
        "checkmark",
        "",
        "Kontaktforløbet indikerer, at Borger modtager ressourceforløbsydelse, har du taget stilling til mistet ret til ydelse?",
    ),
    (
        "INF3",
        "6",
        "recalculation",
        "checkmark",
        "",
        "Kontaktforløbet indikerer, at Borger ikke længere modtager ressourceforløbsydelse, har du taget stilling til mistet ret til ydelse?",
    ),
    (
        "INF4",
        "6",
        "recalculation",
        "checkmark",
        "",
        "Kontaktforløbet indikerer, at Borger ikke længere modtager sygedagpenge, har du taget stilling til mistet ret til ydelse?",
    ),
    ("SAT1", "7", "start_up", "required", "Indtægter", "Husk, at du kan tage stilling til borgers indtægter."),
    ("SAT2", "7", "recalculation", "optional", "Indtægter", "Husk, at tage stilling til borgers indtægter."),
    (
        "SAT3",
        "7",
        "start_up",
        "required",
        "Visitation og refusion",
        "Husk, at du kan tage stilling til borgers visitation og refusion.",
    ),
    (
        "SAT4",
        "7",
        "recalculation",
        "optional",
        "Visitation og refusion",
        "Husk, at du kan tage stilling til borgers visitation og refusion.",
    ),
    ("SAT5", "7", "start_up", "required", "Lønloft", "Husk, at du kan tage stilling til borgers lønloft."),
    ("SAT6", "7", "recalculation", "optional", "Lønloft", "Husk, at du kan tage stilling til borgers lønloft."),
    (
        "SAT7",
        "7",
        "start_up, recalculation",
        "optional",
        "Skattekort",
        "Der er ikke angivet hvilket skattekort der skal beregnes med for personen. Angiv skattekort hvis KY ikke må anvende et evt. fribeløb (evt. fribeløb fordeles automatisk mellem ydelser hvis du ikke angiver noget).",
    ),
    ("SAT8", "7", "start_up, recalculation", "optional", "Ferie", "Husk, at tage stilling til borgers ferieperioder."),
    (
        "SAT9",
        "7",
        "start_up, recalculation",
        "optional",
        "Midlertidigt stop af ydelse",
        "Det er registreret, at borger er ansat i et ordinært job. Vurder midlertidigt stop af ydelsen.",
    ),
    (
        "SAT10",
        "7",
        "start_up, recalculation",
        "optional",
        "Midlertidigt stop af ydelse",
        "Det er registreret, at borger er i værnepligt. Vurder midlertidigt stop af ydelsen.",
    ),
    (
        "REC1",
        "recalculation",
        "recalculation",
        "blocking",
        "Indtægter",
        "Der er udbetalt løn fra mere end ét SE-nummer. Er arbejdsgiveren kendt?",
    ),
    ("REC2", "recalculation", "recalculation", "checkmark", "Ferie", "husk at hæve lønloft"),
    (
        "REC3",
        "recalculation",
        "recalculation",
        "blocking",
        "Indtægter",
        "Der er udbetalt syge- eller barselsdagpenge i perioden. De skal modregnes.",
    ),
]
NAMES = [row[0] for row in SEED]


def test_every_row_and_no_other() -> None:
    assert list(CONCERNS) == NAMES
    assert len(NAMES) == 30


@pytest.mark.parametrize("row", SEED, ids=NAMES)
def test_the_sentence_is_kept_letter_by_letter(row: tuple[str, ...]) -> None:
    code, *_, message = row
    stored = {one["code"]: one["message"] for one in read_table("concerns.csv")}
    assert stored[code] == message
    if code != "SAT7":
        assert CONCERNS[code].message == message


@pytest.mark.parametrize("row", SEED, ids=NAMES)
def test_stage_process_and_kind(row: tuple[str, ...]) -> None:
    code, stage, runs_in, kind, process, _ = row
    text = CONCERNS[code]
    assert (text.code, text.stage, ", ".join(text.runs_in), text.kind, text.process) == (
        code, stage, runs_in, kind, process,
    )  # fmt: skip


def test_only_one_sentence_names_this_system() -> None:
    named = [code for code, text in CONCERNS.items() if SYSTEM_NAME in text.message]
    assert named == ["SAT7"]
    assert CONCERNS["SAT7"].message == (
        "Der er ikke angivet hvilket skattekort der skal beregnes med for personen. Angiv skattekort hvis Fleksløn ikke "
        "må anvende et evt. fribeløb (evt. fribeløb fordeles automatisk mellem ydelser hvis du ikke angiver noget)."
    )
    assert not [code for code, text in CONCERNS.items() if "KY" in text.message.split()]


@pytest.mark.parametrize("text", CONCERNS.values(), ids=NAMES)
def test_each_has_a_source_and_a_plain_word_of_our_own(text: object) -> None:
    values = dataclasses.asdict(text)  # type: ignore[call-overload]
    assert values["law"].startswith("KOMBIT, bilag 1")
    assert values["explanation"].endswith(".")
    assert values["explanation"] != values["message"]
    assert values["kind"] in KINDS


def test_the_monthly_ones_are_the_income_rules_word_for_word() -> None:
    monthly = [code for code, text in CONCERNS.items() if text.runs_in == ("month",)]
    assert monthly == [f"INC{number}" for number in range(1, 9)]
    assert [BY_CODE[code].message for code in monthly] == [CONCERNS[code].message for code in monthly]


def test_where_a_process_stops() -> None:
    stages = {code: text.process_stage for code, text in CONCERNS.items()}
    assert {code for code, stage in stages.items() if stage == ""} == {f"INC{number}" for number in range(1, 9)}
    assert {code for code, stage in stages.items() if stage == "4"} == {f"ELI{number}" for number in range(1, 6)}
    assert {code for code, stage in stages.items() if stage == "6"} == {
        *(f"INF{number}" for number in range(1, 5)),
        *(f"REC{number}" for number in range(1, 4)),
    }
    assert {code for code, stage in stages.items() if stage == "7"} == {f"SAT{number}" for number in range(1, 11)}


@pytest.mark.parametrize(
    ("kind", "stops"),
    [("blocking", True), ("checkmark", True), ("mandatory", True), ("required", True), ("optional", False),
     ("note", False)],
)  # fmt: skip
def test_only_reminders_and_notes_never_stop(kind: str, stops: bool) -> None:
    assert kind_stops(kind) is stops


def test_the_processes_have_their_names() -> None:
    assert RUNS == {"FLEX_OPSTART": "start_up", "FLEX_BEREGN": "recalculation"}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")
def test_the_shared_table_says_the_same() -> None:
    with SHARED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["code"], row["message_da"], row["process"]) for row in rows] == [(r[0], r[5], r[4]) for r in SEED]
