"""The doors of 判定表: how it is read, how it is edited, how a change goes its way."""
