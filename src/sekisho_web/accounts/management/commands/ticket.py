"""Issues a ticket (登録票) on the console of the server: for the first people of all."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Person


class Command(BaseCommand):
    help = "認証器を登録するための登録票を1枚出します（1回だけ、72時間有効）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="利用者ID")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401
        person = Person.objects.filter(login=options["login"]).first()
        if person is None:
            raise CommandError("その利用者IDの人はいません。IDを確かめてください。")
        self.stdout.write(operations.issue_ticket(person=person, by=None, now=timezone.now()))
