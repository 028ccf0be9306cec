"""What a rule is, and what it says when it stops a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.frozen import canonical, freeze
from rules.months import Month
from rules.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a reason. ``unit`` is "kr", "%", "timer", "dage" or "stk".

    found, expected and limit are in that unit unless ``limit_unit`` says otherwise; ``months`` are the months
    compared; ``details`` are the single things found (an SE number, a code with its amount).
    """

    found: Decimal | None = None
    expected: Decimal | None = None
    deviation: Decimal | None = None
    limit: Decimal | None = None
    unit: str = "kr"
    limit_unit: str = ""
    months: tuple[Month, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concern:
    """A reason to wonder (undringsårsag) with its numbers."""

    code: str
    numbers: Numbers

    @property
    def key(self) -> str:
        """One text for code and numbers: an answer passes a concern only while this is unchanged."""
        return canonical(freeze(self.numbers))


Known = dict[str, Concern | None]
"""What a rule with its limits (``known_as``) has said of one month: shared by the settings tried on that month."""


def known_as(code: str, *limits: object) -> str:
    """One text for a rule with its limits."""
    return " ".join((code, *map(str, limits)))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with a permanent code. ``test`` gives the numbers when the rule is broken, else None.

    message: the official Danish sentence; title: the rule as it should be; law: the paragraph or the source it
    stands on; help: what the caseworker can do; limits: the parameters its test is given;
    only_automatic: not shown while automatic inclusion is off; acceptable: whether a person may pass it as it
    is (else the missing thing must be put right first).
    """

    code: str
    title: str
    law: str
    message: str
    help: str
    test: Callable[..., Numbers | None]
    limits: tuple[str, ...] = ()
    only_automatic: bool = False
    acceptable: bool = True

    def __post_init__(self) -> None:
        """A rule without its paragraph, its sentence or its test cannot exist."""
        missing = [name for name in ("code", "title", "law", "message", "help") if not getattr(self, name).strip()]
        if missing or not callable(self.test):
            raise IncompleteRuleError(f"Reglen {self.code or '?'} mangler {', '.join(missing) or 'test'}.")

    def broken(self, view: object, parameters: Parameters) -> Concern | None:
        """The concern when the rule is broken for this month."""
        return self.concern_with(view, self.limits_in(parameters))

    def limits_in(self, parameters: Parameters) -> dict[str, Any]:
        """Those of the settings that the test is given."""
        return {name: getattr(parameters, name) for name in self.limits}

    def concern_with(self, view: object, limits: dict[str, Any]) -> Concern | None:
        """The same with the limits at hand: a run asks every rule of every case with the same."""
        numbers = self.test(view, **limits)
        return None if numbers is None else Concern(self.code, numbers)


class IncompleteRuleError(ValueError):
    """A rule that does not say what it rests on, what it says, or how it is tried."""


class DuplicateCodeError(ValueError):
    """Two rules with one code: codes are permanent and never used again."""


def table(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by code, in order of priority."""
    by_code: dict[str, Rule] = {}
    for rule in rules:
        if rule.code in by_code:
            raise DuplicateCodeError(f"Koden {rule.code} bruges af to regler.")
        by_code[rule.code] = rule
    return by_code
