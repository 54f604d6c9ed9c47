"""The records of terminals, one subject a file."""

from sekisho_web.terminals.models.counting import Count, Stocktaking
from sekisho_web.terminals.models.loans import Loan
from sekisho_web.terminals.models.moves import Dispatch, Loss, Sighting
from sekisho_web.terminals.models.registers import Device, Registration, Site

__all__ = [
    "Count",
    "Device",
    "Dispatch",
    "Loan",
    "Loss",
    "Registration",
    "Sighting",
    "Site",
    "Stocktaking",
]
