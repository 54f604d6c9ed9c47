"""How tables come in and go out: folders of CSV, and workbooks."""
