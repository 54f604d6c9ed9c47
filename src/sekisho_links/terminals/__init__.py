"""Labels drawn, and lists of terminals read from files."""
