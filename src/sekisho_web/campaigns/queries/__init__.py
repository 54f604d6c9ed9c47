from sekisho_web.campaigns.queries.findings import (
    PAGE,
    kind_word,
    listed,
    one,
    open_count,
    open_kinds,
    seen,
)

__all__ = ["PAGE", "kind_word", "listed", "one", "open_count", "open_kinds", "seen"]
