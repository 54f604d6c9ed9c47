"""Who may use a system, for a purpose and a time (利用許可)."""
