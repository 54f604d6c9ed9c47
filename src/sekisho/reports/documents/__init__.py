"""Documents made of the tables: specification of masks, test specification, completion report."""
