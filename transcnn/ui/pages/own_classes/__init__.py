"""The page Your own classes: a network that learns a visitor's classes in seconds."""
