"""The page Compare: two images with one network, or one image with two networks."""
