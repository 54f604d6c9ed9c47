"""Sets up the first administrator on the console of the server; refused once there is one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone

from sekisho_web.accounts.operations import beginning
from sekisho_web.accounts.operations.tickets import CannotIssue

ASKED = {
    "company-code": "一般送配電事業者の事業者符号",
    "company-name": "その名称",
    "unit-code": "情報システムの組織の符号",
    "unit-name": "その名称",
    "title": "役職",
    "code": "個人番号",
    "login": "利用者ID",
    "name": "氏名",
    "kana": "ふりがな",
}


class Command(BaseCommand):
    help = "はじめの管理者を登録し、登録票の番号を1回だけ出します"

    def add_arguments(self, parser: CommandParser) -> None:
        for name, words in ASKED.items():
            parser.add_argument(f"--{name}", help=words, required=name != "kana", default="")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401
        told = {name.replace("-", "_"): options[name.replace("-", "_")].strip() for name in ASKED}
        needed = {name: words for name, words in ASKED.items() if name != "kana"}
        missing = [words for name, words in needed.items() if not told[name.replace("-", "_")]]
        if missing:
            raise CommandError(f"空欄があります: {'、'.join(missing)}")
        try:
            code = beginning.bootstrap(beginning.First(**told), now=timezone.now())
        except CannotIssue as error:
            raise CommandError(f"{error.refusal}。") from None
        except IntegrityError:
            raise CommandError("その個人番号か利用者IDは、もう使われています。") from None
        self.stderr.write("この登録票で、パスワードを決め、認証器を登録します（72時間以内）。")
        self.stdout.write(code)
