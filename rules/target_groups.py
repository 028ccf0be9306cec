"""The target groups (målgrupper) and what a shift between two of them asks for: annex 2 of the seed.

Both numberings stand in rules/data/target_group_shifts.csv: the group type's own code with LAB § 6, and the number of
the old LAB § 2 where the seed's sentences still use it. The actions per pair of groups:

A   end-grant task for the from-group's case          N   new case when none exists
R   recalculation of the to-group's case              O   follow-up task
RG  recalculation of the from-group's case            x   not handled yet: a task says so
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rules.code_tables import read_table

OUR_CASE = "fleksløntilskud"
UNHANDLED = "x"
NOTHING = "-"
FROM_SIDE = frozenset({"A", "RG"})
TO_SIDE = frozenset({"R", "N"})
_DASHES = str.maketrans(dict.fromkeys("–—−‑", "-"))


@dataclass(frozen=True, slots=True)
class Group:
    """A target group: its row in annex 2, the group type's code and name, the status, the number of the old LAB § 2
    ("" where no sentence uses it), and the kind of case it has ("" for none).
    """

    number: int
    code: str
    name: str
    status: str
    old: str
    case: str

    @property
    def label(self) -> str:
        """As a person reads it: the name, not the number."""
        return f"{self.name}, {self.status}" if self.status else self.name


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift between two groups, by their rows (None for a group that is in no row).

    ``letters``: the actions in the table's order; () when it asks for nothing; ("x",) when it is not known.
    ``from_case`` and ``to_case``: the kind of case each group has, "" for none.
    """

    from_group: int | None
    to_group: int | None
    letters: tuple[str, ...]
    from_case: str = ""
    to_case: str = ""

    @property
    def is_known(self) -> bool:
        return self.from_group is not None and self.to_group is not None

    @property
    def actions(self) -> tuple[Action, ...]:
        """What is to be done, one by one. A follow-up (O) and what is not handled (x) are always ours."""
        return tuple(self._action(letter) for letter in self.letters)

    def _action(self, letter: str) -> Action:
        if letter in FROM_SIDE:
            return Action(letter, self.from_case, self.from_case == OUR_CASE)
        if letter in TO_SIDE:
            return Action(letter, self.to_case, self.to_case == OUR_CASE)
        return Action(letter, OUR_CASE, ours=True)


@dataclass(frozen=True, slots=True)
class Action:
    """One letter, the kind of case it concerns, and whether we carry it out. What is not ours is another system's
    task, and is told as a notice (Q36).
    """

    letter: str
    case: str
    ours: bool


def shift(
    from_code: int | str | None, from_status: str | None, to_code: int | str | None, to_status: str | None
) -> Shift:
    """What a shift asks for, by the group types' codes and statuses as the jobcentre sends them."""
    before, after = group(from_code, from_status), group(to_code, to_status)
    return shift_between(before.number if before else None, after.number if after else None)


def shift_between(before: int | None, after: int | None) -> Shift:
    """The same by the rows of annex 2 (1-19). A group in no row makes a task: "ikke håndteret"."""
    cases = _case(before), _case(after)
    if before is None or after is None:
        return Shift(before, after, (UNHANDLED,), *cases)
    return Shift(before, after, _LETTERS[before, after], *cases)


def group(code: int | str | None, status: str | None) -> Group | None:
    """The group with this code and status; None when no row has both."""
    return _BY_CODE_AND_STATUS.get((str(code).strip(), _plain(status)))


def _case(number: int | None) -> str:
    return "" if number is None else GROUPS[number].case


def _plain(status: str | None) -> str:
    """A status whatever its dashes, spaces and capitals."""
    return " ".join((status or "").translate(_DASHES).split()).casefold()


def _letters(cell: str) -> tuple[str, ...]:
    return () if cell == NOTHING else tuple(cell.split("+"))


_ROWS = read_table("target_group_shifts.csv")
GROUPS: Mapping[int, Group] = MappingProxyType(
    {
        int(row["number"]): Group(int(row["number"]), row["code"], row["name"], row["status"], row["old"], row["case"])
        for row in _ROWS
    }
)
_LETTERS = {(int(row["number"]), number): _letters(row[str(number)]) for row in _ROWS for number in GROUPS}
_BY_CODE_AND_STATUS = {(one.code, _plain(one.status)): one for one in GROUPS.values()}
