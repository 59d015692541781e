"""The page Explanations: several methods side by side, and how far each can be trusted."""
