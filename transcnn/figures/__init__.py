"""Figures as plain data and plain pictures, without a drawing library."""
