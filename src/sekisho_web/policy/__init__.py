"""判定表: the decision tables as people read them."""
