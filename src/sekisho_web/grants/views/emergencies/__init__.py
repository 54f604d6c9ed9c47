"""非常災害, 暫定利用 and 訓練: the list, one page each, declaring, the board, clearing up."""
