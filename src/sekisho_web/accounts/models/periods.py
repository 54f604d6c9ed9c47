"""How a period stands in a row: two moments, the second of which no longer belongs to it."""

from datetime import datetime

from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q, Value


def in_force(now: datetime, *, starts: str = "valid_from", ends: str = "valid_to") -> Q:
    """Return the condition that the half-open period of a row holds `now`."""
    return Q(**{f"{starts}__lte": now}) & (Q(**{ends: None}) | Q(**{f"{ends}__gt": now}))


def ends_after_it_starts(name: str, *, starts: str, ends: str) -> models.CheckConstraint:
    condition = Q(**{ends: None}) | Q(**{f"{ends}__gt": F(starts)})
    return models.CheckConstraint(name=name, condition=condition)


def key_of(field: str) -> models.GeneratedField:
    """Return the column that holds a key as a range of one value.

    The temporal keys of PostgreSQL compare ranges; the embedded server has no btree_gist that
    would compare plain keys beside them.
    """
    return models.GeneratedField(
        expression=Func(F(field), F(field), Value("[]"), function="int8range"),
        output_field=BigIntegerRangeField(),
        db_persist=True,
    )


def start_of(field: str) -> models.GeneratedField:
    """Return the column with the moment at which the period `field` begins."""
    return _end(field, "lower")


def end_of(field: str) -> models.GeneratedField:
    """Return the column with the moment at which the period `field` is over; None: open."""
    return _end(field, "upper")


def _end(field: str, function: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=Func(F(field), function=function),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )


__all__ = [
    "DateTimeRangeField",
    "end_of",
    "ends_after_it_starts",
    "in_force",
    "key_of",
    "start_of",
]
