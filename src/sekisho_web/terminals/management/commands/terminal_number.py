"""Issues a registration number for a terminal, on the console of the server."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sekisho_web.accounts.models import in_force
from sekisho_web.terminals import operations
from sekisho_web.terminals.models import Device


class Command(BaseCommand):
    help = "端末台帳の端末に、端末登録番号を1つ出します（1回だけ、24時間有効）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("device", help="端末番号")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401
        now = timezone.now()
        device = Device.objects.filter(in_force(now), number=options["device"]).first()
        if device is None:
            raise CommandError("その番号の端末は、端末台帳にありません。番号を確かめてください。")
        self.stdout.write(operations.issue_number(device=device, by=None, now=now))
