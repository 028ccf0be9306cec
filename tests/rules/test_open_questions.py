"""Each choice names code that exists."""

from __future__ import annotations

from importlib import import_module

import pytest

from rules.open_questions import CHOICES, Choice


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.name)
def test_where_a_choice_is_realised(choice: Choice) -> None:
    for place in choice.where.split(", "):
        package, module, *name = place.split(".")
        found = import_module(f"{package}.{module}")
        assert not name or hasattr(found, name[0]), place
    assert choice.value
    assert choice.why


def test_no_choice_stands_twice() -> None:
    numbers = [choice.number for choice in CHOICES if choice.number != "-"]
    assert len(numbers) == len(set(numbers))
    assert len({choice.name for choice in CHOICES}) == len(CHOICES)
