"""What the doors of 判定表 read."""
