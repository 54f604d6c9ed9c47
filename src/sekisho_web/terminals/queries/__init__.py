"""Questions about terminals, one subject a file."""
