"""What happens to terminals, one subject a file. The first steps of a terminal are named here."""

from sekisho_web.terminals.operations.registering import CannotRegister, issue_number, register

__all__ = ["CannotRegister", "issue_number", "register"]
