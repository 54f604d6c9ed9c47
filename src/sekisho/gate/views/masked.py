"""The masked view of one system: records joined to the decided rows of the ticket."""

from sekisho.gate.names import literal, quoted
from sekisho.gate.relations import Relation, Scope
from sekisho.gate.views.masks import FUNCTIONS
from sekisho.gate.views.records import coded_fields
from sekisho.gate.views.rules import ME
from sekisho.policy.masking import AS_IS, Field
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment


def joined(system: System, *, candidates: str = "") -> str:
    """Return the FROM clause in which a record meets the decision about it.

    m the ticket · c the record · x its relation and its scope (対象範囲) · e the decided row.
    A record without a decided row is not there: 拒否 and "no such record" are the same.
    There is one ticket, and one decided row a record: each `limit 1` changes no answer, and tells
    the planner to look them up by their keys instead of reading every decision.
    candidates: SQL that narrows the records by an index before anything else is asked.
    """
    schema = quoted(system.key)
    return f"""({ME} and t.system = {literal(system.key)} limit 1) m
join {schema}.record c on {candidates or "true"}
left join rule.reach r on r.party = m.party and r.owner_key = c.owner_key
left join lateral (
  select min(t.relation) as relation from {schema}.tie t
  where t.record_id = c.id and t.company = m.company and t.valid @> statement_timestamp()) k on true
cross join lateral (select least(r.relation, k.relation) as relation) n
cross join lateral (select
  case when m.listed then exists (
    select from rule.ticket_list l where l.token_hash = m.token_hash and l.record_id = c.id)
  else m.standing or m.written is not null end
  and (m.written is null or c.area = any(m.written)) as covered,
  case m.duty
    when 'area' then true
    when 'own' then n.relation <= {int(Relation.CONSENT)}
    when 'work_item' then exists (
      select from {schema}.work w
      where w.record_id = c.id and w.person = m.person and w.valid @> statement_timestamp())
    else false end as in_duty) d
cross join lateral (select case
  when c.area is null then null
  when not c.area = any(m.areas) then {int(Scope.OUT_OF_AREA)}
  when not d.covered then {int(Scope.OUT_OF_SCOPE)}
  when d.in_duty then {int(Scope.IN_DUTY)}
  when m.listed or m.written is not null then {int(Scope.IN_APPROVAL)}
  else {int(Scope.OUT_OF_SCOPE)} end as scope) s
cross join lateral (
  select * from rule.{quoted(system.key + "_effect")} f
  where f.edition = m.edition and f.profile = m.profile
    and f.relation = n.relation and f.scope = s.scope
  limit 1) e"""


def view_sql(system: System) -> str:
    """Return the SQL of `<system>.record_v` (as sekisho_view): all that the role app can read.

    id, relation, scope and duties, then each field in its delivered form; a field that is 非表示
    or 拒否 is null. `security_barrier` keeps a cheap function of the caller from seeing a row
    before the joins have dropped it.
    """
    schema = quoted(system.key)
    coded = frozenset(coded_fields(system))
    cells = ",\n".join(
        f"  {_cell(field, has_code=field.id in coded)} as {quoted(field.id)}"
        for field in system.fields.values()
    )
    return f"""
create view {schema}.record_v with (security_barrier) as
select c.id, e.relation, e.scope, e.duties,
{cells}
from {joined(system)};
revoke all on {schema}.record_v from public;
grant select on {schema}.record_v to sekisho_app;
"""


def _cell(field: Field, *, has_code: bool) -> str:
    value, level = f"c.{quoted(field.id)}", f"e.{quoted(field.id)}"
    forms = [f"when {int(Treatment.SHOW)} then {value}"]
    if field.mask == AS_IS:
        forms.append(f"when {int(Treatment.PART)} then {value}")
    elif function := FUNCTIONS.get(field.mask):
        forms.append(f"when {int(Treatment.PART)} then rule.{function}({value})")
    if has_code:
        forms.append(f"when {int(Treatment.CODE)} then c.{quoted(field.id + '_code')}")
    return f"case {level} {' '.join(forms)} end"
