"""What stands around the pages: navigation, session, links, caches, background work."""
