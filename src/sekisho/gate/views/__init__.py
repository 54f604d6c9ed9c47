"""The SQL text of the gate: base tables, masks, masked views, finders, tickets and reach.

Everything is composed of the names of the sheets, each checked and quoted (`sekisho.gate.names`),
and of fixed text. No value of a record and no rule ever stands in it. Who owns what:

sekisho_record  the base tables; nobody reads them but the two below, behind row security
sekisho_view    the masked views and the finders: what the role app may touch
sekisho_rule    schema rule: decisions as rows, reach, tickets
"""

from sekisho.gate.views.finders import Finder, finders, finders_sql
from sekisho.gate.views.masked import view_sql
from sekisho.gate.views.masks import masks_sql
from sekisho.gate.views.records import coded_fields, indexes_sql, key_field, records_sql
from sekisho.gate.views.rules import effect_sql, rules_sql

__all__ = [
    "Finder",
    "coded_fields",
    "effect_sql",
    "finders",
    "finders_sql",
    "indexes_sql",
    "key_field",
    "masks_sql",
    "records_sql",
    "rules_sql",
    "view_sql",
]
