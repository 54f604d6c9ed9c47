"""What changes in 調べる: a finished investigation is put on the shelf, and stays as it is."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from sekisho.errors import SekishoError
from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import Person
from sekisho_web.ledger import operations as ledger
from sekisho_web.trace.models import Investigation

ANSWER = "investigation.json"
QUESTION = "小売側に表示されるべきでなかった閲覧"
# what the answer says of the question; the rest of it are counts
PARAMETERS = ("version", "windows", "classes", "areas")


class NotAnInvestigation(SekishoError):
    """The folder does not hold the results of an investigation."""


@transaction.atomic
def register(
    *,
    folder: Path,
    by: Person | None,
    now: datetime,
    question: str = QUESTION,
    truth: Path | None = None,
) -> Investigation:
    """Put the investigation in `folder` on the shelf, enter it in the ledger, and return it.

    The same results registered again are the same investigation: nothing is changed or entered.
    by:    who registers it; None for the command that made it.
    truth: what was planted in an invented world; then its score is kept beside the counts.
    """
    answer, digest = _answer(folder)
    known = Investigation.objects.filter(digest=digest).first()
    if known is not None:
        return known
    investigation = Investigation.objects.create(
        question=question,
        parameters={key: answer[key] for key in PARAMETERS if key in answer},
        table_hash=answer["policy"],
        folder=str(folder.resolve()),
        digest=digest,
        counts=_counts(answer) | ({"score": _score(folder, truth)} if truth else {}),
        created_at=now,
        created_by=by,
    )
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=investigation, at=now)
    return investigation


def _answer(folder: Path) -> tuple[dict[str, Any], str]:
    """Return what the folder answers, and the digest of its bytes."""
    try:
        content = (folder / ANSWER).read_bytes()
        answer = json.loads(content)
        known = isinstance(answer, dict) and {"policy", "windows", "incidents"} <= answer.keys()
    except (OSError, ValueError):
        known = False
    if not known:
        raise NotAnInvestigation(
            "調査の結果がありません",
            place=str(folder / ANSWER),
            remedy="sekisho investigate で調べた結果のフォルダを指定してください",
        )
    return answer, hashlib.sha256(content).hexdigest()


def _counts(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the counts of an answer; how each file fared stays in the folder."""
    counts = {key: value for key, value in answer.items() if key not in {*PARAMETERS, "policy"}}
    conservation = counts.get("conservation")
    if isinstance(conservation, dict):
        counts["conservation"] = {
            key: value for key, value in conservation.items() if key != "files"
        }
    return counts


def _score(folder: Path, truth: Path) -> list[dict[str, object]]:
    from sekisho_links.trace import results  # noqa: PLC0415 - an extra, not needed to start

    return [dict(row) for row in results.as_json(results.score(folder, truth))]
