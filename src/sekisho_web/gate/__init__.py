"""照会: the pages of the seven systems, generated from their sheets, and the door before each."""
