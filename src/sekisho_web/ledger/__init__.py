"""The ledger (台帳) as records and doors: nothing is shown before its record, none is changed."""
