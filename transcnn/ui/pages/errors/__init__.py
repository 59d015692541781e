"""The page Errors: what a network gets wrong on labelled images."""
