"""Weights of transcnn's networks along their training; files only, which transcnn reads."""
