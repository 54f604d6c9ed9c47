"""The shapes of what is typed into 判定表."""
