"""The ledger (台帳): what one record is, byte for byte. Imports nothing of ours."""
