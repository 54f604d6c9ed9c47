"""Deliberately broken gates; each names its mistake in one sentence."""

from sekisho.gate.views import view_sql

VIEW_WITHOUT_BARRIER = "The masked view lets the planner run the caller's cheap functions first."
MASKED_OUTSIDE = "The view hands out the stored value and leaves the masking to the application."
PUBLIC_EXECUTE = "A function of the gate stays open to everybody, as PostgreSQL grants by default."
KEPT_AFTER_COMMIT = "The ticket is set for the session, so a pooled connection hands it on."


def view_without_barrier(system) -> str:
    return view_sql(system).replace(" with (security_barrier)", "").replace("record_v", "twin_v")


def masked_outside(system) -> str:
    text = view_sql(system).replace("record_v", "twin_v")
    head, _, tail = text.partition("select c.id, e.relation, e.scope, e.duties,\n")
    _, _, rest = tail.partition("\nfrom (select")
    cells = ", ".join(f'c."{field}"' for field in system.fields)
    return f"{head}select c.id, e.relation, e.scope, e.duties, {cells}\nfrom (select{rest}"
