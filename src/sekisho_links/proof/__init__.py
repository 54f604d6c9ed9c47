"""The certificate (証明書): signed, written, and held against tables again."""
