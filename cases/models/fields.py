"""Columns that mean the same on both engines: money in øre, hundredths, months."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from rules.months import Month

HUNDRED = Decimal(100)


class HundredthsField(models.Field):
    """A decimal with two places, stored as whole hundredths (SQLite sums decimals wrongly).

    Not a BigIntegerField subclass: with one, Avg and F() arithmetic were silently 100 times wrong.
    In SQL only Sum, Min, Max and comparison with a plain amount.
    """

    description = "Tal med to decimaler"

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: int | None, *_: Any) -> Decimal | None:
        return None if value is None else Decimal(value) / HUNDRED

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation:
            raise ValidationError(f"'{value}' er ikke et tal.") from None

    def get_prep_value(self, value: Any) -> int | None:
        value = self.to_python(value)
        if value is None:
            return None
        hundredths = value * HUNDRED
        whole = int(hundredths)
        return whole if whole == hundredths else int(hundredths.quantize(Decimal(1), ROUND_HALF_UP))

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field:
        kwargs.pop("form_class", None)
        defaults = {"form_class": forms.DecimalField, "localize": True, "decimal_places": 2, "max_digits": 14}
        return super().formfield(**{**defaults, **kwargs})


class MoneyField(HundredthsField):
    """Kroner with øre as Decimal; whole øre in the column."""

    description = "Kroner"


class MonthField(models.Field):
    """A calendar month (rules.months.Month), stored as months since year 0 so that it sorts and subtracts."""

    description = "Måned"

    def get_internal_type(self) -> str:
        return "IntegerField"

    def from_db_value(self, value: int | None, *_: Any) -> Month | None:
        return None if value is None else Month.from_index(value)

    def to_python(self, value: Any) -> Month | None:
        if value is None or value == "" or isinstance(value, Month):
            return value or None
        try:
            return Month.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def get_prep_value(self, value: Any) -> int | None:
        if isinstance(value, int):
            return value
        value = self.to_python(value)
        return None if value is None else value.index

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")

    def formfield(self, **kwargs: Any) -> forms.Field:
        kwargs.pop("form_class", None)
        defaults = {"form_class": forms.CharField, "help_text": "År og måned, fx 2026-11"}
        return super().formfield(**{**defaults, **kwargs})
