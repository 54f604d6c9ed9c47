"""Another version goes live while the records stay where they are: its rows, its days, its view."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from sekisho.gate.stretches import ticket_version
from sekisho_links.gate import (
    MayNotGoLive,
    NotThisShape,
    Reader,
    Switched,
    differences,
    put_live,
    rows,
)
from sekisho_links.gate.install import RULE, acting
from tests.links.gate import versions
from tests.links.gate.conftest import KEYS, NETWORK_CLERK
from tests.links.gate.versions import policy_of, shipped_files, with_ceilings, without_islands
from tests.links.gate.worlds import today

ISLAND = 4  # a record of a customer on an island


@pytest.fixture
def stricter():
    """Return the version in which clerks do not see two fields of the wheeling system."""
    return policy_of(with_ceilings(shipped_files(), monthly_kwh="非表示", retailer_name="一部"))


@pytest.fixture
def looked(dba, ticket_of):
    """Return a function that looks at a record as a clerk, under the version that is live."""

    def look(policy, *fields, record=1, day=None):
        system = policy.systems["takuso"]
        ticket = ticket_of(NETWORK_CLERK, version=ticket_version(policy, system, day or today()))
        with acting(dba, "sekisho_app"):
            cursor = dba.cursor()
            if not rows.open_ticket(cursor, ticket, key=KEYS.ticket):
                return None
            found = rows.rows(cursor, system, [record], fields=fields)
        return [tuple(row.values[field] for field in fields) for row in found]

    return look


def numbers(connection):
    """Return system -> the numbers of the decided rows that are kept."""
    with acting(connection, RULE):
        found = connection.execute("select system, edition from rule.edition").fetchall()
    return {key: {n for system, n in found if system == key} for key, _ in found}


def test_the_next_look_is_decided_by_the_next_version(dba, policy, stricter, looked):
    (before,) = looked(policy, "monthly_kwh", "retailer_name")

    put_live(dba, stricter)

    (after,) = looked(stricter, "monthly_kwh", "retailer_name")
    assert before[0] is not None
    assert after == (None, "あり")
    assert looked(policy, "monthly_kwh") is None  # a ticket of the old version opens nothing


def test_only_the_rows_of_changed_sheets_are_shipped(dba, policy, stricter):
    before = numbers(dba)

    said = put_live(dba, stricter)

    after = numbers(dba)
    assert {key for key in after if after[key] != before[key]} == {"takuso"}
    assert 0 < said.written < said.rows
    assert differences(dba, stricter) == []
    assert put_live(dba, policy).written == 0  # the one before is kept to go back to


def test_the_version_before_the_last_is_dropped(dba, policy, stricter):
    third = policy_of(with_ceilings(shipped_files(), change_date="一部"))

    put_live(dba, stricter)
    put_live(dba, third)

    assert len(numbers(dba)["takuso"]) == 2
    assert put_live(dba, policy).written > 0
    with acting(dba, RULE):
        kept = dba.execute("select distinct edition from rule.takuso_effect").fetchall()
    assert {edition for (edition,) in kept} == numbers(dba)["takuso"]


def test_rows_that_somebody_changed_are_found_and_written_anew(dba, policy):
    with acting(dba, RULE):
        dba.execute(
            "update rule.takuso_effect set monthly_kwh = 0 where ctid ="
            " (select ctid from rule.takuso_effect where monthly_kwh > 0 limit 1)"
        )
    assert len(differences(dba, policy)) == 2

    said = put_live(dba, policy)

    assert said.written > 0
    assert differences(dba, policy) == []


def test_a_version_that_was_never_live_differs_in_every_row(dba, stricter):
    assert len(differences(dba, stricter)) > 60_000


def test_a_version_that_is_over_opens_nothing(dba, policy, looked):
    put_live(dba, policy, ends_on=today())
    assert looked(policy, "monthly_kwh") is None

    put_live(dba, policy, ends_on=today() + timedelta(days=1))
    assert looked(policy, "monthly_kwh")


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        pytest.param((1, None), True, id="あすから"),
        pytest.param((0, None), False, id="きょうから"),
        pytest.param((-9, 1), False, id="きょうまで"),
        pytest.param((-9, 0), True, id="きのうまで"),
        pytest.param((1, 9), True, id="あすから来週まで"),
    ],
)
def test_a_rule_holds_on_its_days_and_on_no_other(dba, looked, days, shown):
    starts, ends = (
        "－" if day is None else (today() + timedelta(days=day)).isoformat() for day in days
    )
    version = policy_of(without_islands(shipped_files(), starts=starts, ends=ends))

    put_live(dba, version)

    assert bool(looked(version, "monthly_kwh", record=ISLAND)) is shown
    assert looked(version, "monthly_kwh")
    assert differences(dba, version) == []


def test_what_begins_tomorrow_is_shipped_today(dba, looked):
    tomorrow = today() + timedelta(days=1)
    version = policy_of(without_islands(shipped_files(), starts=tomorrow.isoformat()))

    put_live(dba, version)

    with acting(dba, RULE):
        found = dba.execute(
            "select s.starts, count(*) filter (where f.relation = 5) from rule.stretch s"
            " join rule.takuso_effect f using (edition) where s.version = %s"
            " and s.system = 'takuso' group by 1 order by 1",
            [version.hash],
        ).fetchall()
    (running, islands), (next_one, fewer) = found
    assert (running.isoformat(), next_one) == ("2026-04-01", tomorrow)
    assert 0 < fewer < islands


def test_a_ticket_of_another_stretch_of_days_opens_nothing(dba, looked):
    tomorrow = today() + timedelta(days=1)
    version = policy_of(without_islands(shipped_files(), starts=tomorrow.isoformat()))
    put_live(dba, version)

    assert looked(version, "monthly_kwh")
    assert looked(version, "monthly_kwh", day=tomorrow) is None


def test_rules_without_days_are_proved_for_the_days_before_any_other(dba, policy):
    """A wall that falls tomorrow only is no reason to look away today."""
    later = (today() + timedelta(days=1)).isoformat()
    files = shipped_files()
    for row in ("A01", "A02"):  # every rule begins tomorrow but those that show
        files = versions.with_cell(files, versions.RULES, row=row, column="適用開始", value=later)
    rules = versions.rows_of(files, versions.RULES).rows
    for row in rules:
        if row.id not in ("A01", "A02"):
            value = "－" if row.cells["結果:レコード"] == "表示" else later
            files = versions.with_cell(
                files, versions.RULES, row=row.id, column="適用開始", value=value
            )

    with pytest.raises(MayNotGoLive, match="不変条件"):
        put_live(dba, policy_of(files))


def test_a_new_field_is_a_column_and_empty(dba, policy, looked):
    version = policy_of(versions.with_field(shipped_files()))

    said = put_live(dba, version)

    assert said.added == ("takuso.new_meter_note",)
    ((new, old),) = looked(version, "new_meter_note", "monthly_kwh")
    assert new is None
    assert old is not None
    assert differences(dba, version) == []


def test_a_field_that_is_dropped_stays_stored_and_is_read_no_more(dba, policy, looked):
    version = policy_of(versions.without_field(shipped_files(), "supply_method"))
    (before,) = looked(policy, "supply_method")

    put_live(dba, version)

    with pytest.raises(psycopg.errors.UndefinedColumn), dba.transaction():
        looked(version, "supply_method")
    dba.execute("reset role")
    put_live(dba, policy)
    assert looked(policy, "supply_method") == [before] != [(None,)]


def test_another_mask_is_another_view(dba, policy, looked):
    files = with_ceilings(shipped_files(), retail_contract_no="一部")
    before = policy_of(files)
    after = policy_of(
        versions.with_cell(
            files, versions.FIELDS, row="retail_contract_no", column="マスク方式", value="有無のみ"
        )
    )
    put_live(dba, before)
    ((whole,),) = looked(before, "retail_contract_no")

    put_live(dba, after)

    assert whole not in (None, "あり")
    assert looked(after, "retail_contract_no") == [("あり",)]


def test_a_code_of_a_field_that_was_never_coded_is_empty_until_it_is_loaded(dba, looked):
    version = policy_of(with_ceilings(shipped_files(), change_date="符号化"))

    said = put_live(dba, version)

    assert said.added == ("takuso.change_date_code",)
    assert looked(version, "change_date") == [(None,)]


def test_another_type_of_a_stored_field_is_refused_in_words(dba, policy, looked):
    version = policy_of(
        versions.with_cell(
            shipped_files(), versions.FIELDS, row="service_pole_no", column="型", value="int"
        )
    )

    with pytest.raises(NotThisShape, match="型が「text」から「int」に変わっています"):
        put_live(dba, version)

    assert looked(policy, "service_pole_no")


def test_the_type_of_a_dropped_field_is_remembered(dba):
    dropped = versions.without_field(shipped_files(), "retail_contract_no")
    put_live(dba, policy_of(dropped))
    back = versions.with_field(dropped, "retail_contract_no", like="contract_status")

    with pytest.raises(NotThisShape, match="型が「text」から「code」に変わっています"):
        put_live(dba, policy_of(back))


def test_a_system_without_records_is_refused_in_words(dba, policy):
    with acting(dba, RULE):
        dba.execute("delete from rule.shape where system = 'saiene'")

    with pytest.raises(NotThisShape, match="記録がまだ入っていないシステムです"):
        put_live(dba, policy)


def test_a_new_view_has_the_rights_of_the_old_one(dba, policy):
    before = rights(dba)

    put_live(dba, policy_of(versions.with_field(shipped_files())))

    assert rights(dba) == before


def rights(connection):
    """Return every view, table and function of the wheeling system with owner and grants."""
    return connection.execute(
        "select oid::regclass::text, relowner::regrole::text, relacl::text, reloptions::text"
        " from pg_class where relkind in ('r', 'v') and (relnamespace = 'takuso'::regnamespace"
        " or oid = 'rule.takuso_effect'::regclass) union all"
        " select oid::regprocedure::text, proowner::regrole::text, proacl::text,"
        " proconfig::text || prosecdef::text from pg_proc"
        " where pronamespace = 'takuso'::regnamespace order by 1"
    ).fetchall()


def test_twin_a_view_that_anybody_may_read_is_caught(dba, policy):
    before = rights(dba)
    with acting(dba, "sekisho_view"):
        dba.execute("grant select on takuso.record_v to public")

    assert rights(dba) != before


@pytest.fixture
def committed(database, policy):
    """Yield an owner whose publishing is seen by others; the shipped version is put back."""
    with psycopg.connect(database("owner"), autocommit=True) as owner:
        yield owner
        put_live(owner, policy)


def test_a_reading_that_began_before_the_switch_ends_as_it_began(
    database, committed, policy, stricter, ticket_of
):
    reader = Reader(database("app"), key=KEYS.ticket)
    system, ticket = policy.systems["takuso"], ticket_of(NETWORK_CLERK)
    with reader.reading("takuso") as read:
        assert read.version() == policy.hash

        put_live(committed, stricter)

        first = rows.rows(read.under(ticket), system, [1], fields=["monthly_kwh"])
        second = rows.rows(read.under(ticket), system, [1], fields=["monthly_kwh"])

    assert first == second
    assert first[0].values["monthly_kwh"] is not None
    with pytest.raises(Switched, match="切り替わりました"), reader.reading("takuso") as read:
        read.under(ticket)
    reader.close()


def test_a_view_is_not_built_anew_under_a_reading(database, committed, policy, ticket_of):
    """A reading holds its view: the publisher waits for it, gives up, and may come again."""
    from sekisho_links.gate import StillRead, shapes

    reader = Reader(database("app"), key=KEYS.ticket)
    version = policy_of(versions.with_field(shipped_files()))
    ticket = ticket_of(NETWORK_CLERK)
    with pytest.MonkeyPatch.context() as patch, reader.reading("takuso") as read:
        patch.setattr(shapes, "WAIT", "200ms")
        with pytest.raises(StillRead, match="もう一度試します"):
            put_live(committed, version)
        assert rows.rows(read.under(ticket), policy.systems["takuso"], [1], fields=["monthly_kwh"])

    assert put_live(committed, version).added == ("takuso.new_meter_note",)
    named = ticket_version(version, version.systems["takuso"], today())
    with reader.reading("takuso") as read:
        found = rows.rows(
            read.under(replace(ticket, version=named)),
            version.systems["takuso"],
            [1],
            fields=["new_meter_note", "monthly_kwh"],
        )
    assert found[0].values["new_meter_note"] is None
    assert found[0].values["monthly_kwh"] is not None
    reader.close()
