"""A trial as the page shows it: shares side by side, what is at stake, and the cases that change side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.models import Decision, SettingTrial, Task, TaskKind, User
from cases.presenters.settings import figure_lines, limit_words
from cases.rehearse_setting import APPROVED, AUTOMATIC, CORRECTED, NEVER_STOPPED, OPEN, STOPPED
from cases.setting_proposals import changed_rules
from rules.income_rules import BY_CODE
from rules.months import Month
from rules.parameters import CAREFUL, Parameters

PAGE = 50
NAMES = (
    ("actual", "Det, der skete"),
    ("today", "Jeres i dag"),
    ("chosen", "Forslaget"),
    ("careful", "Notatets forsigtige (5 %)"),
)
GROUPS = (
    ("forkerte", AUTOMATIC, CORRECTED, "Ville glide igennem, selv om de var forkerte", "bad"),
    ("sparede", AUTOMATIC, APPROVED, "Ville være sparet: de blev kun godkendt", "good"),
    ("aabne", AUTOMATIC, OPEN, "Ville gå automatisk, men er ikke behandlet endnu", ""),
    ("foer", AUTOMATIC, NEVER_STOPPED, "Ville gå automatisk, og gik også automatisk dengang", ""),
    ("fanget", STOPPED, CORRECTED, "Ville blive fanget: de var forkerte", "good"),
    ("ekstra", STOPPED, NEVER_STOPPED, "Ville blive stoppet, men gik automatisk dengang", "warn"),
    ("ogsaa", STOPPED, APPROVED, "Ville blive stoppet, og blev kun godkendt", "warn"),
    ("stadig", STOPPED, OPEN, "Ville blive stoppet, og er ikke behandlet endnu", ""),
)
"""What becomes of a case that changes side: word in the address, side, what a person made of it, words, colour."""


@dataclass(frozen=True)
class Share:
    """One set-up with what it would have given. ``kroner``: subsidy paid without a person."""

    name: str
    label: str
    automatic: int
    cases: int
    kroner: Decimal

    @property
    def percent(self) -> Decimal:
        return Decimal(100 * self.automatic) / self.cases if self.cases else Decimal(0)


@dataclass(frozen=True)
class Group:
    """Cases that change side and what was made of them. ``wrong``: kroner that would have been paid wrongly."""

    word: str
    words: str
    colour: str
    count: int
    kroner: Decimal
    too_much: Decimal
    too_little: Decimal


def shares(result: dict[str, Any]) -> list[Share]:
    """The set-ups side by side over all months."""
    return [
        Share(name, label, _added(result, name), result["cases"], Decimal(result["kroner"][name]))
        for name, label in NAMES
    ]


def months(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Month by month, the newest first: the shares in the order of ``NAMES``."""
    return [
        {
            "month": one["month"],
            "cases": one["cases"],
            "shares": [Share(name, label, one[name], one["cases"], Decimal(0)) for name, label in NAMES],
        }
        for one in result["months"]
    ]


def groups(result: dict[str, Any]) -> list[Group]:
    """The groups that have cases."""
    found = []
    for word, side, became, words, colour in GROUPS:
        rows = [one for one in result["changed"] if (one[3], one[5]) == (side, became)]
        if rows:
            found.append(_group(word, words, colour, rows))
    return found


def reasons(result: dict[str, Any]) -> list[dict[str, Any]]:
    """How many months each rule stops, today and under the proposal: those that differ, the largest change first."""
    today, chosen = result["reasons"]["today"], result["reasons"]["chosen"]
    rows = [
        {"code": code, "message": BY_CODE[code].message, "today": today.get(code, 0), "chosen": chosen.get(code, 0)}
        for code in {*today, *chosen}
        if code in BY_CODE and today.get(code, 0) != chosen.get(code, 0)
    ]
    rows = [{**one, "difference": one["chosen"] - one["today"]} for one in rows]
    return sorted(rows, key=lambda one: (-abs(one["difference"]), one["code"]))


def changed_cases(trial: SettingTrial, user: User, word: str, page: int) -> tuple[list[dict[str, Any]], bool]:
    """One page of the cases that change side, with links; and whether there are more. Only those the user may see."""
    wanted = next(((side, became) for one, side, became, *_ in GROUPS if one == word), None)
    rows = [one for one in trial.result["changed"] if wanted is None or (one[3], one[5]) == wanted]
    part = rows[(page - 1) * PAGE : page * PAGE]
    names = dict(
        Decision.objects.visible_to(user)
        .filter(id__in=[one[0] for one in part])
        .values_list("id", "grant__citizen__name")
    )
    tasks = _tasks(user, part)
    return [_line(one, names[one[0]], tasks) for one in part if one[0] in names], len(rows) > page * PAGE


def differences(before: Parameters, after: Parameters) -> list[tuple[str, str, str]]:
    """(what, before, after) of each setting that differs."""
    lines = zip(figure_lines(before), figure_lines(after), strict=True)
    figures = [(one.label, one.words, other.words) for one, other in lines if one.words != other.words]
    rules = [(old.rule.title, limit_words(old), limit_words(new)) for old, new in changed_rules(before, after)]
    return figures + rules


def presets(today: Parameters, last: Parameters | None) -> list[tuple[str, str, Parameters]]:
    """What a trial can start from: word in the address, label, settings."""
    own = [("eget", "Jeres seneste prøve", last)] if last is not None else []
    return [("idag", "Jeres i dag", today), ("notat", "Notatets forsigtige (5 %)", CAREFUL), *own]


def _added(result: dict[str, Any], name: str) -> int:
    return sum(one[name] for one in result["months"])


def _group(word: str, words: str, colour: str, rows: Sequence[Sequence[Any]]) -> Group:
    off = [Decimal(one[4]) - Decimal(one[6]) for one in rows if one[6] is not None]
    return Group(
        word,
        words,
        colour,
        len(rows),
        sum((Decimal(one[4]) for one in rows), Decimal(0)),
        sum((one for one in off if one > 0), Decimal(0)),
        -sum((one for one in off if one < 0), Decimal(0)),
    )


def _tasks(user: User, rows: Iterable[Sequence[Any]]) -> dict[tuple[int, str], int]:
    """The income task of each case and month, where there was one."""
    grants = {one[1] for one in rows}
    found = Task.objects.visible_to(user).filter(grant__in=grants, kind=TaskKind.INCOME).order_by("id")
    return {(grant, str(month)): id_ for grant, month, id_ in found.values_list("grant", "benefit_month", "id")}


def _line(row: Sequence[Any], name: str, tasks: dict[tuple[int, str], int]) -> dict[str, Any]:
    id_, grant, month, side, subsidy, became, final, codes = row
    words = next(words for _, one, other, words, _ in GROUPS if (one, other) == (side, became))
    return {
        "decision": id_,
        "grant": grant,
        "task": tasks.get((grant, month)),
        "name": name,
        "month": Month.parse(month),
        "side": side,
        "words": words,
        "subsidy": Decimal(subsidy),
        "final": None if final is None else Decimal(final),
        "difference": None if final is None else Decimal(final) - Decimal(subsidy),
        "reasons": [BY_CODE[code].message for code in codes if code in BY_CODE],
    }
