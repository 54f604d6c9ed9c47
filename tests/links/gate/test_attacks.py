"""What a thief with the application's own login can do: nothing that the ticket does not show.

Every attack is made through a real login of role app, and its refusal is known by SQLSTATE.
"""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from sekisho.gate.tickets import mac_of
from sekisho_links.gate import rows
from tests.links.gate import twins
from tests.links.gate.conftest import AUDIT, FIELD, KEYS, SALES
from tests.links.gate.worlds import number_of, this_moment

DENIED, NO_SUCH_TABLE, NO_FUNCTION = "42501", "42P01", "42883"


def opened(app, ticket) -> None:
    assert rows.open_ticket(app.cursor(), ticket, key=KEYS.ticket)


def opened_as_app(dba, ticket) -> None:
    dba.execute("set local role sekisho_app")
    opened(dba, ticket)


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param("select * from takuso.record", id="元の表"),
        pytest.param("select count(*) from takuso.record", id="元の表の件数"),
        pytest.param("table takuso.tie", id="切替と同意"),
        pytest.param("table takuso.work", id="作業指示"),
        pytest.param("table takuso.owner", id="持ち主の一覧"),
        pytest.param("table rule.takuso_effect", id="効き目"),
        pytest.param("table rule.ticket", id="ほかの人の票"),
        pytest.param("table rule.ticket_list", id="票の一覧"),
        pytest.param("table rule.ticket_key", id="票の鍵"),
        pytest.param("table rule.reach", id="届く範囲"),
        pytest.param("table rule.party", id="会社"),
        pytest.param("table rule.active_version", id="現行の版の表"),
        pytest.param("copy takuso.record to stdout", id="COPY"),
        pytest.param("copy takuso.record to '/var/stolen'", id="COPYでファイルへ"),
        pytest.param("copy takuso.record to program 'cat'", id="COPYでプログラムへ"),
        pytest.param("update takuso.record set owner_key = 'retail:R000'", id="持ち主の書換え"),
        pytest.param("delete from takuso.record", id="削除"),
        pytest.param("truncate takuso.record", id="TRUNCATE"),
        pytest.param("update rule.active_version set version = 'x'", id="版の切替え"),
        pytest.param("delete from rule.active_version", id="版の削除"),
        pytest.param("update rule.active_version set ends_on = null", id="版の終わり"),
        pytest.param("table rule.version", id="版の表"),
        pytest.param("insert into rule.version (version) values ('x')", id="版を足す"),
        pytest.param("table rule.edition", id="効き目の番号"),
        pytest.param("update rule.edition set sheets = 'x'", id="効き目の番号を書く"),
        pytest.param("update rule.stretch set edition = 1", id="期間の切替え"),
        pytest.param(
            "insert into rule.stretch values ('x', 'takuso', '0001-01-01', 1)", id="期間を足す"
        ),
        pytest.param("delete from rule.takuso_effect", id="効き目を消す"),
        pytest.param("update rule.shape set digest = 'x'", id="形を書く"),
        pytest.param("create or replace view takuso.record_v as select 1", id="ビューを書く"),
        pytest.param("drop function takuso.find_own(bigint, int)", id="検索の関数を消す"),
        pytest.param("lock table takuso.record_v in access exclusive mode", id="照会を止める"),
        pytest.param(
            "alter view takuso.record_v set (security_barrier = false)", id="ビューの変更"
        ),
        pytest.param("create or replace view takuso.record_v as select 1", id="ビューの置換え"),
        pytest.param("drop view takuso.record_v", id="ビューの削除"),
        pytest.param("alter table takuso.record disable row level security", id="行の制限を外す"),
        pytest.param("create policy p on takuso.record using (true)", id="方針の追加"),
        pytest.param(
            "create function takuso.f() returns int language sql as 'select 1'", id="関数"
        ),
        pytest.param(
            "create function public.f(text) returns bool language plpgsql cost 0.0001"
            " as 'begin raise notice ''%'', $1; return true; end'",
            id="漏らす関数",
        ),
        pytest.param("create temp table t as select 1", id="一時表"),
        pytest.param("create temp view t as select * from takuso.record", id="一時ビュー"),
        pytest.param("create table public.t (a int)", id="表"),
        pytest.param("create schema mine", id="スキーマ"),
        pytest.param("set role sekisho_view", id="SET ROLE view"),
        pytest.param("set role sekisho_record", id="SET ROLE record"),
        pytest.param("set role sekisho_rule", id="SET ROLE rule"),
        pytest.param("set role sekisho_owner", id="SET ROLE owner"),
        pytest.param("set session authorization sekisho_owner", id="SET SESSION AUTHORIZATION"),
        pytest.param("grant select on takuso.record to sekisho_app", id="GRANT"),
        pytest.param("alter role sekisho_app bypassrls", id="BYPASSRLS"),
        pytest.param(
            "insert into rule.ticket select sha256('x'), 'takuso', gen_random_uuid(), 'N09', 'N09',"
            " 'p', '{0901}', 'area', null, false, true, 'v', 1, now() + interval '1 minute'",
            id="票を書く",
        ),
        pytest.param("update rule.ticket set party = 'N09'", id="票を書き換える"),
        pytest.param("insert into rule.ticket_list values ('x', 1)", id="一覧に足す"),
        pytest.param("insert into rule.reach values ('R000', 'retail:R012', 1)", id="範囲に足す"),
        pytest.param("insert into rule.takuso_effect default values", id="効き目を書く"),
        pytest.param("select rule.ids_of('takuso', '{1}')", id="番号から内部IDへ"),
        pytest.param("select pg_read_file('postgresql.conf')", id="ファイルを読む"),
        pytest.param("select pg_ls_dir('.')", id="フォルダを読む"),
        pytest.param("select lo_import('/etc/passwd')", id="大きなオブジェクト"),
        pytest.param("select * from pg_statistic", id="統計"),
        pytest.param("select * from pg_authid", id="パスワード"),
        pytest.param("set session_replication_role = replica", id="トリガを止める"),
        pytest.param("lock table takuso.record", id="LOCK"),
    ],
)
def test_the_application_is_refused(app, ticket_of, attack):
    opened(app, ticket_of(SALES))

    with pytest.raises(psycopg.Error) as refused:
        app.execute(attack)

    assert refused.value.sqlstate == DENIED, refused.value


def test_the_statistics_of_the_records_are_hidden(app):
    for view in ("pg_stats", "pg_stats_ext"):
        found = app.execute(f"select count(*) from {view} where schemaname = 'takuso'")
        assert found.fetchone() == (0,)


def test_no_coder_stands_in_the_database(app):
    with pytest.raises(psycopg.errors.UndefinedFunction):
        app.execute("select rule.code('0900000000000000000001')")


def test_without_a_ticket_nothing_is_seen(app):
    assert app.execute("select count(*) from takuso.record_v").fetchone() == (0,)
    assert app.execute("select takuso.find_own(0, 10)").fetchone() == ([],)


def test_the_ticket_ends_with_its_transaction(database, ticket_of):
    with psycopg.connect(database("app")) as app:
        opened(app, ticket_of(SALES))
        assert app.execute("select count(*) from takuso.record_v").fetchone() != (0,)
        app.commit()

        assert app.execute("select current_setting('sekisho.ticket', true)").fetchone() == ("",)
        assert app.execute("select count(*) from takuso.record_v").fetchone() == (0,)


class TestTickets:
    def test_a_forged_one_opens_nothing(self, app, ticket_of):
        body = ticket_of(SALES).body(token="t")

        for mac in (b"", b"\0" * 32, mac_of(body, key=b"a guess"), mac_of("{}", key=KEYS.ticket)):
            assert app.execute("select rule.open_ticket(%s, %s)", [body, mac]).fetchone() == (
                False,
            )
        assert app.execute("select rule.open_ticket(null, null)").fetchone() == (False,)

    def test_a_changed_one_opens_nothing(self, app, ticket_of):
        body = ticket_of(SALES).body(token="t")
        mac = mac_of(body, key=KEYS.ticket)
        changed = body.replace('"R000"', '"R012"')

        assert changed != body
        assert app.execute("select rule.open_ticket(%s, %s)", [changed, mac]).fetchone() == (False,)
        assert app.execute("select rule.open_ticket(%s, %s)", [body, mac]).fetchone() == (True,)

    def test_a_replayed_one_opens_nothing(self, app, ticket_of):
        body = ticket_of(SALES).body(token="t")
        call = ("select rule.open_ticket(%s, %s)", [body, mac_of(body, key=KEYS.ticket)])

        assert app.execute(*call).fetchone() == (True,)
        assert app.execute(*call).fetchone() == (False,)

    @pytest.mark.parametrize(
        "until",
        [
            pytest.param(timedelta(seconds=-1), id="終わっている"),
            pytest.param(timedelta(minutes=11), id="10分より先"),
        ],
    )
    def test_one_outside_its_ten_minutes_opens_nothing(self, app, ticket_of, until):
        ticket = replace(ticket_of(SALES), until=this_moment() + until)

        assert not rows.open_ticket(app.cursor(), ticket, key=KEYS.ticket)
        assert app.execute("select count(*) from takuso.record_v").fetchone() == (0,)

    def test_one_that_ends_shows_nothing_from_then_on(self, app, ticket_of):
        until = this_moment() + timedelta(seconds=0.6)
        opened(app, replace(ticket_of(SALES), until=until))
        assert app.execute("select count(*) from takuso.record_v").fetchone() != (0,)

        app.execute("select pg_sleep(0.7)")

        assert app.execute("select count(*) from takuso.record_v").fetchone() == (0,)

    def test_a_wrong_token_shows_nothing(self, app, ticket_of):
        opened(app, ticket_of(SALES))
        app.execute("select set_config('sekisho.ticket', 'another', true)")

        assert app.execute("select count(*) from takuso.record_v").fetchone() == (0,)

    def test_a_ticket_of_a_version_that_is_no_longer_live_shows_nothing(self, dba, ticket_of):
        opened_as_app(dba, ticket_of(SALES))
        dba.execute("reset role")
        dba.execute("update rule.active_version set version = 'next'")
        dba.execute("set local role sekisho_app")

        assert dba.execute("select count(*) from takuso.record_v").fetchone() == (0,)


class TestOracles:
    """No WHERE, ORDER BY, GROUP BY or join on a masked item tells more than the mask."""

    CASES = (
        pytest.param(FIELD, "customer_name", id="姓のみ"),
        pytest.param(FIELD, "retailer_name", id="非表示"),
        pytest.param(AUDIT, "supply_point_no", id="符号化"),
    )

    @staticmethod
    def secrets(dba, field):
        return dba.execute(
            sql.SQL("select id, {} from takuso.record where {} is not null").format(
                sql.Identifier(field), sql.Identifier(field)
            )
        ).fetchall()

    @staticmethod
    def use(context, ticket_of):
        ticket = ticket_of(context)
        if context is AUDIT:
            use = replace(ticket.use, written_areas=ticket.use.areas, standing=False)
            ticket = replace(ticket, use=use)
        return ticket

    @pytest.mark.parametrize(("context", "field"), CASES)
    def test_a_condition_compares_what_is_delivered(self, dba, app, ticket_of, context, field):
        secrets = self.secrets(dba, field)
        opened(app, self.use(context, ticket_of))
        assert app.execute("select count(*) from takuso.record_v").fetchone() != (0,)

        assert guesses_that_hit(app, "takuso.record_v", field, secrets) == 0

    @pytest.mark.parametrize(("context", "field"), CASES)
    def test_an_order_is_that_of_what_is_delivered(self, app, ticket_of, context, field):
        opened(app, self.use(context, ticket_of))
        column = sql.Identifier(field)

        found = app.execute(
            sql.SQL("select id, {0} from takuso.record_v order by {0} nulls last, id").format(
                column
            )
        ).fetchall()

        assert found == sorted(found, key=lambda row: (row[1] is None, row[1] or "", row[0]))

    @pytest.mark.parametrize(("context", "field"), CASES)
    def test_groups_are_those_of_what_is_delivered(self, app, ticket_of, context, field):
        opened(app, self.use(context, ticket_of))
        column = sql.Identifier(field)

        groups = app.execute(
            sql.SQL("select {0}, count(*) from takuso.record_v group by {0}").format(column)
        ).fetchall()
        delivered = app.execute(
            sql.SQL("select {0} from takuso.record_v").format(column)
        ).fetchall()

        assert {value for value, _ in groups} == {value for (value,) in delivered}
        assert sum(count for _, count in groups) == len(delivered)

    def test_a_finder_does_not_say_that_a_hidden_value_exists(self, app, policy, ticket_of):
        from sekisho.gate.views import finders

        system = policy.systems["takuso"]
        opened(app, self.use(AUDIT | {"画面区分": "検索"}, ticket_of))

        for finder in finders(system):
            if finder.field == "supply_point_no":
                for n in range(1, 120):
                    wanted = [number_of(n)]
                    assert rows.found(app.cursor(), system, finder, wanted=wanted, most=2) == []

    def test_a_leaky_function_sees_no_row_that_the_ticket_does_not_show(
        self, dba, policy, ticket_of
    ):
        visible, seen = leaked(dba, ticket_of(SALES), "takuso.record_v")

        assert seen == visible > 0

    def test_twin_a_view_without_its_barrier_is_caught(self, dba, policy, ticket_of):
        twin(dba, twins.view_without_barrier(policy.systems["takuso"]))

        visible, seen = leaked(dba, ticket_of(SALES), "takuso.twin_v")

        assert seen > visible

    def test_twin_a_mask_that_is_applied_outside_is_caught(self, dba, policy, ticket_of):
        system = policy.systems["takuso"]
        secrets = self.secrets(dba, "customer_name")
        twin(dba, twins.masked_outside(system))
        opened_as_app(dba, ticket_of(FIELD))

        assert guesses_that_hit(dba, "takuso.record_v", "customer_name", secrets) == 0
        assert guesses_that_hit(dba, "takuso.twin_v", "customer_name", secrets) > 0


def guesses_that_hit(connection, view, field, secrets) -> int:
    """Return how many stored values a thief confirms by asking for them."""
    query = sql.SQL(
        "select count(*) from {} v join unnest(%s::bigint[], %s::text[]) g (id, value)"
        " on v.id = g.id and v.{} = g.value"
    ).format(sql.SQL(view), sql.Identifier(field))
    ids, values = zip(*secrets, strict=True)
    return connection.execute(query, [list(ids), list(values)]).fetchone()[0]


def leaked(dba, ticket, view) -> tuple[int, int]:
    """Return how many rows `ticket` shows, and how many values a cheap leaky function saw."""
    dba.execute("create schema thief")
    dba.execute(
        "create function thief.leak(bigint) returns boolean language plpgsql cost 0.0000001"
        " as $$ begin raise notice 'leak %', $1; return true; end $$"
    )
    dba.execute("grant usage on schema thief to sekisho_app")
    dba.execute("grant execute on function thief.leak(bigint) to sekisho_app, sekisho_view")
    notices: list[str] = []
    dba.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary or ""))
    opened_as_app(dba, ticket)
    visible = dba.execute(f"select count(*) from {view}").fetchone()[0]
    notices.clear()
    dba.execute(f"select id from {view} where thief.leak(id)").fetchall()
    return visible, len({notice for notice in notices if notice.startswith("leak ")})


def twin(dba, text) -> None:
    dba.execute("reset role")
    dba.execute("set local role sekisho_record")
    dba.execute("grant create on schema takuso to sekisho_view")
    dba.execute("set local role sekisho_view")
    dba.execute(text)
    dba.execute("reset role")
