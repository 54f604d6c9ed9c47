"""Reports (報告): numbers as canonical data, and pictures of them. Pure: data in, text out."""
