"""The page Overview, the first one."""
