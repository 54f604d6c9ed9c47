"""Tables as workbooks (.xlsx) and as archives of CSV (.zip), out and in.

What a cell hides is refused by name: a formula shows one thing and is another; a merged cell
belongs to one row and looks as if it belonged to many; a hidden row is not read by the person who
signs. None of them may stand in a table, and neither may a number or a day that a spreadsheet
made of a word.
"""

from sekisho_links.policy.workbooks.addresses import address_of
from sekisho_links.policy.workbooks.archives import files_in_archive, write_archive
from sekisho_links.policy.workbooks.read import files_in_workbook, policy_in_workbook
from sekisho_links.policy.workbooks.write import write_workbook
from sekisho_links.workbooks.faults import NotInATable
from sekisho_links.workbooks.parts import LARGEST

__all__ = [
    "LARGEST",
    "NotInATable",
    "address_of",
    "files_in_archive",
    "files_in_workbook",
    "policy_in_workbook",
    "write_archive",
    "write_workbook",
]
