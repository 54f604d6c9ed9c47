"""Who may touch what, read from the catalogue: nothing is open by default."""

from tests.links.gate import twins

SCHEMAS = (
    "rule",
    "takuso",
    "nwonline",
    "callcenter",
    "nwsetting",
    "lastresort",
    "fitnw",
    "saiene",
)
STRANGER = "sekisho_sealer"  # a login that has no business here


def open_functions(connection) -> list[str]:
    """Return the functions of the gate that a stranger may execute."""
    return [
        name
        for (name,) in connection.execute(
            "select p.oid::regprocedure::text from pg_proc p"
            " where p.pronamespace::regnamespace::text = any(%s)"
            " and has_function_privilege(%s, p.oid, 'execute')",
            [list(SCHEMAS), STRANGER],
        ).fetchall()
    ]


def test_no_function_of_the_gate_is_open_to_everybody(owner):
    assert open_functions(owner) == []


def test_twin_a_function_left_open_to_everybody_is_caught(owner):
    owner.execute("set local role sekisho_rule")
    owner.execute("grant execute on function rule.live() to public")
    owner.execute("reset role")

    assert open_functions(owner) == ["rule.live()"], twins.PUBLIC_EXECUTE


def test_the_application_may_read_the_masked_views_and_nothing_else(owner):
    readable = owner.execute(
        "select c.oid::regclass::text from pg_class c"
        " where c.relnamespace::regnamespace::text = any(%s) and c.relkind in ('r', 'v', 'm', 'p')"
        " and (has_table_privilege('sekisho_app', c.oid, 'select, insert, update, delete')"
        " or has_table_privilege('sekisho_app', c.oid, 'truncate')"
        " or has_any_column_privilege('sekisho_app', c.oid, 'select, insert, update'))",
        [list(SCHEMAS)],
    ).fetchall()

    assert sorted(name for (name,) in readable) == sorted(
        f"{schema}.record_v" for schema in SCHEMAS if schema != "rule"
    )


def test_every_masked_view_is_a_barrier(owner):
    views = owner.execute(
        "select relname, reloptions, pg_get_userbyid(relowner) from pg_class"
        " where relnamespace::regnamespace::text = any(%s) and relkind = 'v'",
        [list(SCHEMAS)],
    ).fetchall()

    assert len(views) == 7
    assert {(tuple(options), role) for _, options, role in views} == {
        (("security_barrier=true",), "sekisho_view")
    }


def test_row_security_is_forced_on_every_base_table(owner):
    tables = owner.execute(
        "select relnamespace::regnamespace::text, relrowsecurity, relforcerowsecurity,"
        " pg_get_userbyid(relowner) from pg_class where relname = 'record' and relkind = 'r'"
    ).fetchall()

    assert len(tables) == 7
    assert {row[1:] for row in tables} == {(True, True, "sekisho_record")}


def test_the_owners_cannot_log_in_and_bypass_nothing(owner):
    roles = owner.execute(
        "select rolcanlogin, rolsuper, rolbypassrls from pg_roles"
        " where rolname in ('sekisho_record', 'sekisho_view', 'sekisho_rule')"
    ).fetchall()

    assert roles == [(False, False, False)] * 3


def test_what_runs_with_its_owners_rights_has_a_fixed_search_path(owner):
    loose = owner.execute(
        "select p.oid::regprocedure::text from pg_proc p"
        " where p.pronamespace::regnamespace::text = any(%s) and p.prosecdef"
        " and (p.proconfig is null or not 'search_path=pg_catalog, pg_temp' = any(p.proconfig))",
        [list(SCHEMAS)],
    ).fetchall()

    assert loose == []


def test_the_second_belt_stops_the_owner_of_the_views_as_well(dba, ticket_of):
    from sekisho_links.gate import rows
    from tests.links.gate.conftest import KEYS, SALES

    dba.execute("set local role sekisho_app")
    assert rows.open_ticket(dba.cursor(), ticket_of(SALES), key=KEYS.ticket)
    dba.execute("set local role sekisho_view")

    owners = dba.execute(
        "select distinct owner_key from takuso.record r"
        " where not exists (select from takuso.tie t where t.record_id = r.id)"
    )

    assert {key for (key,) in owners.fetchall()} == {"retail:R000"}
