"""The masks (マスク方式) in SQL: the second implementation, held to the first on random text.

Written as standard SQL bodies, which bind every function and operator when they are created, so
that no search path of a caller changes what they mean. Total: of text whose form cannot be
recognised nothing is left. None of them is a coder: who may call a coder can test guesses.
"""

from collections.abc import Iterable

from sekisho.gate.names import literal
from sekisho.policy.masks import BOUNDS, ELLIPSIS, NO_WORDS, PRIVATE_DOMAINS

FUNCTIONS = {
    "姓のみ": "m_family_name",
    "市区町村まで": "m_city",
    "下4桁": "m_last4",
    "年月まで": "m_year_month",
    "階級": "m_bucket",
    "ドメインのみ": "m_domain",
    "有無のみ": "m_presence",
    "供給中か": "m_is_supplied",
    "保安か": "m_is_safety",
    "名義変更後のみ": "m_since_name_change",
}

# What Python calls white space, one escape each: PostgreSQL's own classes follow the locale.
_CODES = (
    *range(0x09, 0x0E),
    *range(0x1C, 0x21),
    0x85,
    0xA0,
    0x1680,
    *range(0x2000, 0x200B),
    0x2028,
    0x2029,
    0x202F,
    0x205F,
    0x3000,
)
_SPACES = "E'" + "".join(f"\\u{code:04x}" for code in _CODES) + "'"
_SPACE = "".join(f"\\u{code:04x}" for code in _CODES)  # inside a bracket of a regular expression
_TRIMMED = f"btrim(normalize(coalesce(v, ''), nfkc), {_SPACES})"

# Towns whose names hold 市, 郡, 町 or 村 themselves come first; what is unclear stays short.
_TOWNS = (
    "四日市市|廿日市市|野々市市|八日市場市|蒲郡市|大和郡山市|小郡市|十日町市|大町市|東村山市"
    "|武蔵村山市|羽村市|大村市|田村市|村上市|村山市|町田市|市川市|市原市|郡山市|郡上市"
)
_CITY = (
    "^[^0-9都道府県]{1,4}[都道府県]"
    f"(?:{_TOWNS}"  # no group: of one, `substring` would return the group alone
    "|[^0-9市区町村郡]{1,5}郡[^0-9市区町村郡]{1,6}[町村]"
    "|[^0-9市区町村郡]{1,6}[市区町村])"
)
# As in Python, `$` also stands before one newline at the very end.
_DATE = "^([0-9]{4})-(0[1-9]|1[0-2])-[0-9]{2}([T ].*)?\\n?$"
_AMOUNT = "^([0-9]{1,12}([.][0-9]{1,6})?) ?[A-Za-z%]{0,4}\\n?$"
_DOMAIN = "^[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}$"
_MONTHS = "^([0-9]{1,3})か月分[(]名義変更から([0-9]{1,3})か月[)]$"
# Letters that become ASCII letters when lowered: the Latin capitals, and the Kelvin sign.
_LOWERED = (
    f"translate(btrim(coalesce(v, ''), {_SPACES}), "
    "E'ABCDEFGHIJKLMNOPQRSTUVWXYZ\\u212a', 'abcdefghijklmnopqrstuvwxyzk')"
)


def _words(words: Iterable[str]) -> str:
    return "(" + ", ".join(literal(word) for word in sorted(words)) + ")"


def _class_of(amount: str) -> str:
    """Return the SQL that names the class of 階級; a bound belongs to the class below it."""
    branches, lower = "", 0
    for upper in BOUNDS:
        branches += f" when {amount} <= {upper} then '{lower}〜{upper}'"
        lower = upper + 1
    return f"case when {amount} is null then null{branches} else '{lower}〜' end"


_BODIES = {
    "m_family_name": f"""
  select nullif(nullif(case when t ~ '[{_SPACE}]' then substring(t from '^[^{_SPACE}]+')
                            else left(t, 1) end, ''), v)
  from (select btrim(coalesce(v, ''), {_SPACES}) collate "C" as t) s""",
    "m_city": f"select nullif(substring({_TRIMMED} from '{_CITY}'), v)",
    "m_last4": f"""
  select case when length(t) > 4 then '{ELLIPSIS}' || right(t, 4) end
  from (select regexp_replace(normalize(coalesce(v, ''), nfkc), '[^0-9A-Za-z]', '', 'g') as t) s""",
    "m_year_month": f"""
  select f[1] || '-' || f[2] from (select regexp_match(v, '{_DATE}') as f) s""",
    "m_bucket": f"""
  select {_class_of("a")} from (
    select (regexp_match(replace({_TRIMMED}, ',', ''), '{_AMOUNT}'))[1]::numeric as a) s""",
    "m_domain": f"""
  select case when d ~ '{_DOMAIN}' and d not in {_words(PRIVATE_DOMAINS)} then d end
  from (select substring({_LOWERED} from '^.+@([^@]*)$') as d) s""",
    "m_presence": f"select case when {_TRIMMED} in {_words(NO_WORDS)} then 'なし' else 'あり' end",
    "m_is_supplied": f"""
  select case when v is null then null
              when btrim(v, {_SPACES}) = '供給中' then '供給中' else 'その他' end""",
    "m_is_safety": f"""
  select case when v is null then null
              when btrim(v, {_SPACES}) = '保安' then '保安' else 'その他' end""",
    "m_since_name_change": f"""
  select least(f[1]::int, f[2]::int) || 'か月分'
  from (select regexp_match({_TRIMMED}, '{_MONTHS}') as f) s""",
}


def masks_sql() -> str:
    """Return the SQL of the mask functions in schema `rule` (as sekisho_rule)."""
    texts = [
        f"create function rule.{name}(v text) returns text language sql immutable parallel safe"
        f" begin atomic{body if body.startswith(chr(10)) else ' ' + body};\nend;\n"
        f"revoke all on function rule.{name}(text) from public;\n"
        # a view checks the functions inside it against the caller
        f"grant execute on function rule.{name}(text) to sekisho_view, sekisho_app;\n"
        for name, body in _BODIES.items()
    ]
    return "\n".join(texts)
