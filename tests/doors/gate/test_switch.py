"""A version that goes live decides the next look, and no look is decided by two."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from sekisho.policy.editing import with_cell
from sekisho.policy.read import read
from sekisho_links.gate import put_live
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.gate import reading
from sekisho_web.policy import operations
from tests.doors.gate.people import enter
from tests.doors.gate.reading import cells, soup
from tests.doors.gate.test_looks import handle
from tests.doors.ledger import reading as ledger
from tests.links.gate.versions import shipped_files, with_ceilings, with_field, without_islands
from tests.links.gate.worlds import number_of, today
from tests.postgres import url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

RECORD, ISLAND = 9, 4
DAY = timedelta(days=1)


def stricter():
    return with_ceilings(shipped_files(), retailer_name="一部", contract_status="非表示")


@pytest.fixture
def live():
    """Yield a function that puts files live at once, for everybody; at the end the shipped ones."""
    with psycopg.connect(
        url_of("owner", str(connection.settings_dict["NAME"])), autocommit=True
    ) as owner:

        def put(files, *, known=True, **given):
            if known:
                operations.keep(files, now=timezone.now())
            return put_live(owner, read(files), **given).version

        yield put
        put_live(owner, shipped_policy())


def look(client, person, record=RECORD, screen="tk/310"):
    return client.get(f"/look/{screen}/" + handle(client, person, record))


def test_the_masks_of_a_page_change_at_once(client, live):
    person = enter(client, "送配電託送")
    before = cells(look(client, person))

    version = live(stricter())
    page = look(client, person)

    after = cells(page)
    changed = {label for label in before if before[label] != after[label]}
    assert changed == {"小売電気事業者名", "契約状態"}
    assert after["小売電気事業者名"] == "あり △ 一部"
    leaf = ledger.leaf(page["X-Sekisho-Record"])
    assert leaf["table"] == version


def test_a_field_that_was_added_stands_on_the_page_at_once(client, live):
    person = enter(client, "送配電託送")

    live(with_field(shipped_files()))

    assert "計器の覚え" in cells(look(client, person))


def test_a_rule_that_begins_tomorrow_refuses_nobody_today(client, live):
    person = enter(client, "送配電託送")

    live(without_islands(shipped_files(), starts=(today() + DAY).isoformat()))
    assert look(client, person, ISLAND).status_code == 200

    live(without_islands(shipped_files(), starts=today().isoformat()))
    assert look(client, person, ISLAND).status_code == 404


def test_a_page_that_was_decided_before_the_switch_is_decided_once_more(client, live, monkeypatch):
    person = enter(client, "送配電託送")
    version = live(stricter())
    decided, now_live = [], reading.live

    def late(now):
        """Return the version of before, as a request had it that began before the switch."""
        decided.append(shipped_policy().on(reading.day_of(now)) if not decided else now_live(now))
        return decided[-1]

    monkeypatch.setattr(reading, "live", late)

    page = look(client, person)

    assert [one.hash for one in decided] == [shipped_policy().hash, version]
    assert cells(page)["小売電気事業者名"] == "あり △ 一部"
    assert ledger.leaf(page["X-Sekisho-Record"])["table"] == version


def test_where_versions_switch_twice_within_a_request_nothing_is_shown(client, live, monkeypatch):
    person = enter(client, "送配電託送")
    live(stricter())
    monkeypatch.setattr(reading, "live", lambda now: shipped_policy().on(reading.day_of(now)))

    page = look(client, person)

    assert page.status_code == 503
    assert "判定表の版が切り替わりました" in page.text
    assert number_of(RECORD) not in page.text
    assert page["Retry-After"]


@pytest.mark.parametrize("address", ["/look/", "/look/tk/110"])
def test_a_version_that_is_over_closes_the_gate_in_words(client, live, address):
    enter(client, "送配電託送")
    live(shipped_files(), ends_on=today())

    page = client.get(address)

    assert page.status_code == 503
    assert f"適用終了日（{today().isoformat()}）を迎えました" in soup(page).main.text
    assert "次の版を公開すると" in soup(page).main.text


def test_a_version_that_ends_tomorrow_still_answers(client, live):
    person = enter(client, "送配電託送")

    live(shipped_files(), ends_on=today() + DAY)

    assert look(client, person).status_code == 200


def test_a_version_whose_tables_are_not_kept_closes_the_gate(client, live):
    person = enter(client, "送配電託送")
    live(with_ceilings(shipped_files(), ami_readable="非表示"), known=False)

    page = look(client, person)

    assert page.status_code == 503
    assert "公開中の判定表を読めません" in soup(page).main.text


def test_what_is_refused_is_refused_by_the_version_that_is_live(client, live):
    person = enter(client, "送配電託送")
    version = live(without_islands(shipped_files()))

    page = look(client, person, ISLAND)

    leaf = ledger.leaf(page["X-Sekisho-Record"])
    assert (page.status_code, leaf["k"], leaf["table"]) == (404, "refuse", version)


def test_a_record_says_the_words_of_the_tables_that_decided(client, live):
    """The code of a value is that of the version, not of the tables that ship."""
    person = enter(client, "送配電託送")
    live(
        with_cell(
            shipped_files(), "属性.csv", row="利用目的＋託送供給等", column="値の符号",
            value="wheeling_and_more",
        )
    )  # fmt: skip

    page = look(client, person)

    assert ledger.leaf(page["X-Sekisho-Record"])["why"] == "wheeling_and_more"
