"""The pages of systems that do not pass the gate (関門を通らないシステム)."""
