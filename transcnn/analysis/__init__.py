"""Pure functions from a network's description or a trace to small typed results."""
