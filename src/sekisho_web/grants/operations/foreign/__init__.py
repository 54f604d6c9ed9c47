"""What changes about foreign systems (関門を通らないシステム): receipt, runs, records by hand."""
