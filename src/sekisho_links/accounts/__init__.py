"""Facts about people, posts, IDs and terminals, read from files."""
