"""Small typed results, from a network's description, from a trace, or from running it again."""
