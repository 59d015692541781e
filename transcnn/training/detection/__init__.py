"""Training detectors on annotated images, by the loop of the other networks."""
