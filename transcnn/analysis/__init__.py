"""Small typed results, from a network's description, a trace, or further runs."""
