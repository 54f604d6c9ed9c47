"""The seven systems as the world knows them: keys, codes of screens, words of their logs."""

SYSTEMS = (
    "takuso",
    "nwonline",
    "callcenter",
    "nwsetting",
    "lastresort",
    "fitnw",
    "saiene",
)
CODES = ("TK", "NO", "CC", "NS", "LR", "FN", "SE")
NUMBER = {key: n for n, key in enumerate(SYSTEMS)}
BY_CODE = {code: n for n, code in enumerate(CODES)}

ACTIONS = ("view", "search", "print", "export")
VIEW, SEARCH, PRINT, EXPORT = range(4)
RESULTS = ("shown", "masked", "denied", "not_found")
SHOWN, MASKED, DENIED, NOT_FOUND = range(4)
METHODS = ("多要素", "単要素", "都度認証")
MULTI, SINGLE, FRESH = range(3)
PURPOSES = (
    "託送供給等",
    "再エネ買取",
    "停電保安",
    "非常災害対応",
    "小売供給",
    "切替手続",
    "営業提案",
    "保守運用",
    "監査点検",
    "認定事務",
    "監督対応",
)
PURPOSE = {word: n for n, word in enumerate(PURPOSES)}
UNSAID = -1  # the log leaves the purpose out

# How each log writes a purpose; one that has no sign here is left out of that log.
_CSV = ("10", "20", "30", "40", "50", "60", None, "80", "90", None, None)
_JSON = (
    "wheeling",
    None,
    "outage",
    "disaster",
    "retail",
    "switching",
    None,
    "maintenance",
    "audit",
    None,
    None,
)
_FITNW = (_JSON[0], "renewable", *_JSON[2:])
_W3C = (*_FITNW[:9], "certification", None)
PURPOSE_SIGNS = (_CSV, _CSV, _JSON, _W3C, _CSV, _FITNW, _W3C)
# How often a log carries the purpose at all.
PURPOSE_KEPT = (0.9, 0.0, 0.85, 0.5, 0.6, 0.5, 0.3)

CSV_ACTIONS = ("照会", "検索", "印刷", "出力")
CSV_RESULTS = ("表示", "伏字", "拒否", "該当なし")
OTHER_RESULTS = ("shown", "masked", "denied", "none")
W3C_METHODS = ("mfa", "pw", "fresh")
