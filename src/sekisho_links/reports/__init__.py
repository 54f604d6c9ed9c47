"""Reports become files, PDF and Excel, with the same bytes when made again."""
