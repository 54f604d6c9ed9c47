"""調べる: investigations of the access logs, their numbers and the accesses behind them."""
