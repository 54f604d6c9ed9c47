"""Issues a ticket (登録票) on the console of the server, where nobody else could issue it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations import beginning
from sekisho_web.accounts.operations.tickets import CannotIssue


class Command(BaseCommand):
    help = "責任者がだれも発行できないときに、登録票を1枚出します（1回だけ、72時間有効）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="利用者ID")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401
        person, now = Person.objects.filter(login=options["login"]).first(), timezone.now()
        if person is None:
            raise CommandError("その利用者IDの人はいません。IDを確かめてください。")
        if settings.SEKISHO_DEMO:  # invented people, on loopback
            self.stdout.write(operations.issue_ticket(person=person, by=None, now=now))
            return
        try:
            self.stdout.write(beginning.issue_on_the_console(person, now=now))
        except CannotIssue as error:
            raise CommandError(f"{error.refusal}。") from None
