"""Rules of terminals: labels, states, loans, places, losses, stock-taking."""
