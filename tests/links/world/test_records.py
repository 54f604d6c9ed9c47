"""The records of the seven systems: every field of their 整理表, in a form that it allows."""

import json
import re
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sekisho.policy.masks import mask
from sekisho.world.systems import SYSTEMS
from sekisho_links.policy.folders import shipped_policy
from tests.links.world.reading import JST

OVER = datetime(2026, 4, 1, tzinfo=JST)
POLICY = shipped_policy()
OWNER = re.compile(r"(retail|fit_retail):R\d{3}|(last_resort|island|fit_network):N09|none:")
NEVER_FILLED = {"next_retailer_memo"}  # 記録しない項目


@pytest.fixture(params=SYSTEMS, scope="module")
def system(request):
    return request.param


@pytest.fixture
def table(tiny, system) -> pa.Table:
    return pq.read_table(tiny.folder / f"records/{system}.parquet")


def test_the_columns_are_the_fields_of_the_sheet(table, system):
    assert table.column_names == ["id", "owner_key", "area", *POLICY.systems[system].fields]
    assert table.schema.field("id").type == pa.int64()
    assert {table.schema.field(name).type for name in table.column_names[1:]} == {pa.string()}


def test_every_field_is_filled_somewhere(table):
    empty = {name for name in table.column_names if table[name].null_count == table.num_rows}

    assert empty <= NEVER_FILLED | {"switching_to_retailer", "stop_reason", "complaint_type"}


def test_the_owner_is_said_in_the_agreed_form(table):
    assert all(OWNER.fullmatch(key) for key in table["owner_key"].to_pylist())
    assert set(table["area"].to_pylist()) <= {f"09{n:02d}" for n in range(1, 13)}
    assert len(set(table["id"].to_pylist())) == table.num_rows > 0


PATTERNS = {
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "date": r"\d{4}-\d\d(-\d\d)?",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?",
    "int": r"\d+",
    "decimal": r"-?\d+(\.\d+)?(A|kW)?",
    "bool": r"[YN]",
}


def test_every_value_has_the_type_of_its_field(table, system):
    for name, field in POLICY.systems[system].fields.items():
        for value in table[name].drop_null().to_pylist():
            if field.type in {"json", "array"}:
                json.loads(value)
            elif pattern := PATTERNS.get(field.type):
                assert re.fullmatch(pattern, value), (name, value)


def test_the_masks_of_the_sheet_never_give_the_value_back(table, system):
    for name, field in POLICY.systems[system].fields.items():
        if field.mask in {"姓のみ", "市区町村まで", "下4桁", "ドメインのみ"}:
            for value in table[name].drop_null().to_pylist()[:50]:
                assert mask(field.mask, value) != value, (name, value)


def test_numbers_have_the_shape_of_the_documents(tiny):
    wheeling = pq.read_table(tiny.folder / "records/takuso.parquet")
    purchases = pq.read_table(tiny.folder / "records/fitnw.parquet")
    state = pq.read_table(tiny.folder / "records/saiene.parquet")

    assert all(re.fullmatch(r"09\d{20}", v) for v in wheeling["supply_point_no"].to_pylist())
    assert all(re.fullmatch(r"[A-Z][0-9A-Z]{9,10}", v) for v in state["facility_id"].to_pylist())
    numbers = {*purchases["corporate_no"].to_pylist(), *state["corporate_no"].to_pylist()} - {None}
    assert numbers
    for number in numbers:
        total = sum(
            int(digit) * (1 if place % 2 == 1 else 2)
            for place, digit in enumerate(reversed(number[1:]), start=1)
        )
        assert int(number[0]) == 9 - total % 9


def test_the_same_point_has_the_same_holder_in_every_system(tiny):
    def names(key: str) -> dict[str, str]:
        columns = pq.read_table(tiny.folder / f"records/{key}.parquet").to_pydict()
        return dict(zip(columns["supply_point_no"], columns["customer_name"], strict=True))

    wheeling = names("takuso")
    for key in ("nwonline", "callcenter", "nwsetting", "lastresort"):
        assert names(key).items() <= wheeling.items()


@pytest.mark.parametrize(
    ("key", "field"),
    [
        *((key, "supply_point_no") for key in SYSTEMS[:5]),
        ("takuso", "meter_no"),
        ("nwonline", "reception_no"),
        ("callcenter", "call_id"),
        ("nwsetting", "meter_id"),
        ("lastresort", "lrs_contract_no"),
        ("fitnw", "purchase_contract_no"),
        ("fitnw", "generation_point_no"),
        ("saiene", "facility_id"),
        ("saiene", "registrant_id"),
    ],
)
def test_what_names_a_record_names_one_only(tiny, key, field):
    values = pq.read_table(tiny.folder / f"records/{key}.parquet")[field].to_pylist()

    assert len(set(values)) == len(values)


def test_the_owner_key_is_the_contract_that_runs_when_the_year_is_over(tiny):
    contracts = pq.read_table(tiny.folder / "facts/contracts.parquet").to_pylist()
    now = {
        row["record"]: f"{row['relation']}:{row['company'] or ''}"
        for row in contracts
        if row["valid_from"] <= OVER and (row["valid_to"] is None or row["valid_to"] > OVER)
    }
    table = pq.read_table(tiny.folder / "records/takuso.parquet")

    for number, key in zip(
        table["supply_point_no"].to_pylist(), table["owner_key"].to_pylist(), strict=True
    ):
        assert now[number] == key


def test_no_mail_and_no_call_can_reach_anybody(tiny):
    for path in (tiny.folder / "records").iterdir():
        for name in (table := pq.read_table(path)).column_names:
            values = table[name].drop_null().to_pylist()
            if "email" in name:
                assert all(value.endswith("@example.invalid") for value in values)
            if name in {"phone", "phone_primary", "operator_phone", "caller_phone"}:
                assert all(value.startswith("0000") for value in values)
