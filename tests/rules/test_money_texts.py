"""Numbers as a Dane writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.money import danish, danish_number, kroner, oere, percent


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0,00"),
        ("-0.001", "0,00"),
        ("5", "5,00"),
        ("-1234.5", "-1.234,50"),
        ("1234567.891", "1.234.567,89"),
        ("0.005", "0,01"),
    ],
)
def test_amounts(amount: str, text: str) -> None:
    assert danish(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("number", "text"), [("21.6667", "21,6667"), ("5", "5"), ("5.00", "5"), ("2.50", "2,5"), ("500", "500"), ("0", "0")]
)
def test_numbers(number: str, text: str) -> None:
    assert danish_number(Decimal(number)) == text


@pytest.mark.parametrize(("share", "text"), [("0.3", "30 %"), ("0.30", "30 %"), ("0.003", "0,3 %"), ("0.05", "5 %")])
def test_percents(share: str, text: str) -> None:
    assert percent(Decimal(share)) == text


def test_rounding_never_gives_a_negative_zero() -> None:
    assert str(kroner(Decimal("-0.4"))) == "0"
    assert str(oere(Decimal("-0.004"))) == "0.00"
    assert (kroner(Decimal("0.5")), kroner(Decimal("1.5")), kroner(Decimal("-0.5"))) == (1, 2, -1)
