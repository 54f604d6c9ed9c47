"""What the server's log may not hold: the values of a row."""

import logging
import re
from traceback import format_tb

DETAIL = re.compile(r"\n?\s*(DETAIL|CONTEXT|HINT):.*?(?=\n[A-Z]|\Z)", re.DOTALL)
REMOVED = " （値は記録しません）"


class NoDetails(logging.Filter):
    """Cuts the part of a database error that repeats the row (DETAIL: Failing row contains …)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = DETAIL.sub(REMOVED, record.exc_text)
            record.exc_info = None
        record.msg, record.args = DETAIL.sub(REMOVED, record.getMessage()), ()
        return True


def where(error: BaseException) -> str:
    """Return where `error` happened and of what sort it is, without its words: they may be data."""
    return "".join(format_tb(error.__traceback__)) + type(error).__name__
