"""Annex 2 cell by cell: 19 x 19 shifts, copied by hand from the seed's own table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rules.target_groups import GROUPS, OUR_CASE, Action, Shift, group, shift, shift_between

SHARED = Path(__file__).parents[3] / "shared" / "domain" / "target_group_shifts.csv"

# From (row) to (column 1-19), as printed in bilag 2.
ANNEX_2 = """
1:  R R R R N R - N A+N N A A+N R R R R O R R
2:  R R R R N R - N A+N N A A+N R R R R O R R
3:  R R R R N R - N A+N N A A+N R R R R O R R
4:  R R R R N R - N A+N N A A+N R R R R O R R
5:  A+R A+R A+R A+R R A+N - A+N A+N A+N A A+N A+R A+R A+R A+R O A+R A+R
6:  R R R R A+N R - A+N A+N A+N A A+N R R R R O R R
7:  A+R A+R A+R A+R A+N A+N R A+N A+N R A N A+R A+R A+R A+R RG+N A+R A+R
8:  A A A A A A+N - R A N A A+N A A A A O A A
9:  - - - - A N RG N - N A O - - - - O - -
10: A A A A A A+N RG RG+R+N A+N - A O A A A A N A A
11: - - - - N N - N - N - O R R R R O R R
12: A A A A A+N A+N A A+N A+N A+N A R A A A A A+N A A
13: R R R R N R - N A+N N A A+N R R R R O R R
14: R R R R N R - N A+N N A A+N R R R R O R R
15: R R R R N R - N A+N N A A+N R R R R O R R
16: R R R R N R - N A+N N A A+N R R R R O R R
17: A A A A A+N A+N A A+N A+N A+N A A+N A A A A R A A
18: R R R R N R - N A+N N A A+N R R R R O R R
19: R R R R N R - N A+N N A A+N R R R R O R R
"""
TABLE = {
    (int(line.split(":")[0]), number): cell
    for line in ANNEX_2.strip().splitlines()
    for number, cell in enumerate(line.split(":")[1].split(), start=1)
}

# Number in annex 2: the group type's code, its name, status, the old number, and whose case.
SUPPORT, RESR = "hjælp til forsørgelse", "ressourceforløbsydelse under ressourceforløb (RESR)"
RESJ = "ressourceforløbsydelse under jobafklaring (RESJ)"
SICK, RIGHT = "LAB 6.6 Sygedagpenge", "LAB 6.9 Fleksjobberettiget"
INTEGRATION = "INL 16.1 og 16.2 Personer omfattet af Integrationsloven"
NAMED = {
    1: ("1", "LAB 6.2 Kontanthjælp", "Kontanthjælp", "", SUPPORT),
    2: ("1", "LAB 6.2 Kontanthjælp", "Overgangsydelse", "", SUPPORT),
    3: ("2", "LAB 6.3 Kontanthjælp", "Kontanthjælp", "", SUPPORT),
    4: ("2", "LAB 6.3 Kontanthjælp", "Overgangsydelse", "", SUPPORT),
    5: ("3", "LAB 6.10 Revalidend", "Revalidend", "", "revalidering"),
    6: ("3", "LAB 6.10 Revalidend", "Forrevalidend", "", "revalidering"),
    7: ("8", SICK, "LAB 6.9 – I fleksjob", "2.5", "fleksløntilskud"),
    8: ("4", RIGHT, "Visiteret til fleksjob", "2.7", "ledighedsydelse"),
    9: ("4", RIGHT, "I fleksjob (gl. ordning)", "2.7", ""),
    10: ("4", RIGHT, "I fleksjob", "2.7", "fleksløntilskud"),
    11: ("5", "LAB 6.13 Ung under 18", "", "", ""),
    12: ("7", "LAB 6.8 Ressourceforløb", "", "2.11", RESR),
    13: ("9", "LAB 6.4 Uddannelseshjælp", "Uddannelsesydelse", "", SUPPORT),
    14: ("9", "LAB 6.4 Uddannelseshjælp", "Overgangsydelse", "", SUPPORT),
    15: ("10", "LAB 6.5 Uddannelseshjælp", "Uddannelsesydelse", "", SUPPORT),
    16: ("10", "LAB 6.5 Uddannelseshjælp", "Overgangsydelse", "", SUPPORT),
    17: ("11", "LAB 6.7 Jobafklaringsforløb", "", "2.11", RESJ),
    18: ("6", INTEGRATION, "Overgangsydelse", "", SUPPORT),
    19: ("6", INTEGRATION, "Selvforsørgelses- og hjemrejseydelse", "", SUPPORT),
}


def letters(cell: str) -> tuple[str, ...]:
    return () if cell == "-" else tuple(cell.split("+"))


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 19 * 19
    assert list(GROUPS) == list(range(1, 20))


@pytest.mark.parametrize("number", NAMED)
def test_the_groups(number: int) -> None:
    one = GROUPS[number]
    assert (one.code, one.name, one.status, one.old, one.case) == NAMED[number]
    assert one.number == number
    assert one.label == (f"{one.name}, {one.status}" if one.status else one.name)


@pytest.mark.parametrize(("pair", "cell"), TABLE.items(), ids=[f"{a}to{b}" for a, b in TABLE])
def test_every_cell(pair: tuple[int, int], cell: str) -> None:
    before, after = GROUPS[pair[0]], GROUPS[pair[1]]
    found = shift(int(before.code), before.status, int(after.code), after.status)
    assert found == Shift(*pair, letters(cell), before.case, after.case)
    assert found == shift_between(*pair)
    assert found.is_known


@pytest.mark.parametrize(("pair", "cell"), TABLE.items(), ids=[f"{a}to{b}" for a, b in TABLE])
def test_whose_case_each_letter_is_for(pair: tuple[int, int], cell: str) -> None:
    cases = {
        "A": NAMED[pair[0]][4],
        "RG": NAMED[pair[0]][4],
        "R": NAMED[pair[1]][4],
        "N": NAMED[pair[1]][4],
        "O": "fleksløntilskud",
    }
    expected = [(letter, cases[letter], cases[letter] == "fleksløntilskud") for letter in letters(cell)]
    assert [(one.letter, one.case, one.ours) for one in shift_between(*pair).actions] == expected


@pytest.mark.parametrize(
    ("pair", "ours"),
    [
        ((10, 7), ["RG"]),  # falls ill in the fleksjob
        ((7, 10), ["R"]),  # well again
        ((7, 17), ["RG"]),  # the new case belongs to another benefit
        ((7, 12), []),  # the new case belongs to another benefit, and so does the group
        ((10, 8), ["RG"]),  # loses the job: ledighedsydelse is another system's
        ((8, 10), ["N"]),
        ((10, 1), ["A"]),
        ((7, 1), ["A"]),
        ((10, 12), ["O"]),
        ((10, 17), []),
        ((10, 10), []),
        ((7, 7), ["R"]),
        ((1, 17), ["O"]),
        ((9, 7), []),
        ((10, 9), ["A"]),
        ((1, 10), ["N"]),
        ((1, 2), []),
        ((12, 7), []),
    ],
    ids=lambda value: str(value).replace(" ", ""),
)
def test_what_we_carry_out_ourselves(pair: tuple[int, int], ours: list[str]) -> None:
    assert [one.letter for one in shift_between(*pair).actions if one.ours] == ours


UNKNOWN = [
    ((99, "I fleksjob"), None),
    ((4, "I Fleksjob "), 10),
    (("4", "i  fleksjob"), 10),
    ((8, "LAB 6.9 - I fleksjob"), 7),
    ((8, "LAB 6.9 — I fleksjob"), 7),
    ((8, "I fleksjob"), None),
    ((4, ""), None),
    ((4, None), None),
    ((None, "I fleksjob"), None),
    ((11, None), 17),
    ((11, "  "), 17),
    ((11, "Noget"), None),
]


@pytest.mark.parametrize(("sent", "number"), UNKNOWN, ids=[str(n) for n in range(len(UNKNOWN))])
def test_code_and_status_must_match_a_row(sent: tuple[int | str | None, str | None], number: int | None) -> None:
    found = group(*sent)
    assert (found.number if found else None) == number


OUT, IN = (99, "x"), (4, "I fleksjob")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (OUT, IN, Shift(None, 10, ("x",), "", "fleksløntilskud")),
        (IN, OUT, Shift(10, None, ("x",), "fleksløntilskud", "")),
        (OUT, OUT, Shift(None, None, ("x",))),
    ],
    ids=["from", "to", "both"],
)
def test_a_shift_in_no_row_becomes_a_task(before: tuple[int, str], after: tuple[int, str], expected: Shift) -> None:
    found = shift(*before, *after)
    assert found == expected
    assert not found.is_known
    assert found.actions == (Action("x", OUR_CASE, ours=True),)


@pytest.mark.parametrize("pair", [(None, 10), (10, None), (None, None)], ids=["from", "to", "both"])
def test_a_row_that_is_not_known_becomes_a_task(pair: tuple[int | None, int | None]) -> None:
    cases = tuple("fleksløntilskud" if number == 10 else "" for number in pair)
    assert shift_between(*pair) == Shift(*pair, ("x",), *cases)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")
def test_the_shared_table_says_the_same() -> None:
    with SHARED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(int(row["from"]), number): row[str(number)] for row in rows for number in GROUPS} == TABLE
    told = [(row["group_type_code"], row["group_type"], row["group_status"], row["case_type"]) for row in rows]
    assert told == [(code, name, status, case) for code, name, status, _, case in NAMED.values()]
