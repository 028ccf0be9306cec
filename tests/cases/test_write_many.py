"""Many rows at once: the same values as one row at a time, and in history too."""

from __future__ import annotations

import gc
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from cases.collector import collector_paused
from cases.models import (
    Decision,
    Grant,
    Ids,
    IncomeReport,
    Payment,
    PaymentLine,
    RawAnswer,
    Task,
    User,
    WageCeiling,
)  # fmt: skip
from cases.write_many import ids_of, new_row, ready, write_many_with_history, write_values
from tests.cases.builders import NOW, give, make_case, make_municipality, ordinary, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant() -> Grant:
    return make_case(make_municipality())


def as_stored(field: models.Field, value: Any) -> Any:
    """A value on its way to the column in one form: JSON and bytes are wrapped by each engine in its own way."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(value if isinstance(value, str) else json.dumps(value.obj))
    if isinstance(field, models.BinaryField):
        return bytes(getattr(value, "obj", value))
    return value


def test_every_column_gets_what_django_itself_would_write(grant: Grant) -> None:
    """All rows of a month that was run: a case that is paid, one that stops, and one without any income."""
    give(grant, ordinary())
    give(make_case(grant.municipality, 1), ordinary(amount="100.00"))
    make_case(grant.municipality, 2)
    run(grant.municipality)
    seen = set()
    for model in apps.get_app_config("cases").get_models():
        for row in model._base_manager.all()[:5]:
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                expected = field.get_db_prep_save(value, connection)
                assert as_stored(field, ready(field)(value)) == as_stored(field, expected), f"{model} {field.name}"
            seen.add(model)
    assert {Decision, Payment, Task, Task.history.model, IncomeReport, RawAnswer} <= seen


def test_money_days_and_texts_come_back_with_their_history(grant: Grant) -> None:
    user = User.objects.system()
    rows = [
        WageCeiling(grant=grant, amount=Decimal("32067.5"), first_day=date(2026, 5, 1), source="Æble"),
        WageCeiling(grant=grant, amount=Decimal("-0.01"), first_day=date(2026, 6, 1), source=""),
    ]
    with transaction.atomic():
        write_many_with_history(rows, user=user, reason="Prøve", now=NOW)
    for row in rows:
        stored, newest = WageCeiling.objects.get(pk=row.pk), row.history.get()
        for one in (stored, newest):
            assert (one.amount, one.first_day, one.source, one.grant_id) == (
                row.amount, row.first_day, row.source, grant.pk,
            )  # fmt: skip
        assert (newest.history_user, newest.history_change_reason, newest.history_type) == (user, "Prøve", "+")
        assert newest.history_date == NOW


def test_rows_are_found_by_two_of_their_columns(grant: Grant) -> None:
    give(grant, ordinary())
    other = make_case(grant.municipality, 1)
    rows = {(one.citizen_id, one.key): one.pk for one in IncomeReport.objects.all()}
    key = next(iter(rows))[1]
    asked = [*rows, *rows, (other.citizen_id, key), (grant.citizen_id, 'no "key"')]
    assert ids_of(IncomeReport, ("citizen_id", "key"), asked) == rows
    assert ids_of(IncomeReport, ("citizen_id", "key"), []) == {}
    assert IncomeReport.objects.filter(key__any_text=[key, '{"', "æ,"]).count() == 1
    assert not IncomeReport.objects.filter(key__any_text=[]).exists()


def test_a_row_laid_out_without_the_constructor_is_the_same_row(grant: Grant) -> None:
    given = {"grant_id": grant.pk, "amount": Decimal("32067.5"), "first_day": date(2026, 5, 1)}
    lean, slow = new_row(WageCeiling, **given), WageCeiling(**given)
    for field in WageCeiling._meta.concrete_fields:
        assert getattr(lean, field.attname) == getattr(slow, field.attname), field.name
    assert lean._state.adding
    assert lean.grant == grant
    with pytest.raises(ValueError, match="amuont"):
        new_row(WageCeiling, amuont=Decimal(1))


def test_values_need_a_column_each_and_no_ids_find_no_rows(grant: Grant) -> None:
    with pytest.raises(ValueError, match="amount"), transaction.atomic():
        write_values(PaymentLine, ("payment_id", "kind"), [(1, "subsidy")])
    assert list(Grant.objects.filter(id__any_of=[grant.pk, grant.pk + 1])) == [grant]
    assert list(Grant.objects.filter(id__any_of=Ids([]))) == []


def test_the_search_for_garbage_goes_on_after_a_block_that_failed() -> None:
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collector_paused():
        divmod(1, 0)
    assert gc.isenabled()
