"""The whole network on one page: its description, and what one image does in each of its parts."""
