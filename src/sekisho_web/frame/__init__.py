"""What every page has: the doors, the frame around it, the menu, the errors. Knows no app."""
