"""Which pixels, and how far that can be trusted."""
