"""What is typed, or read by a scanner, about terminals. Rules decide; forms read."""
