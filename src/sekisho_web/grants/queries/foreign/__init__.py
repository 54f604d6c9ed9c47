"""What the pages of foreign systems read (関門を通らないシステム)."""
