"""Detecting objects: RetinaNet and Mask R-CNN of torchvision with a TransCNN as their backbone.

Needs the extra `detection`; `import transcnn` does without it.
"""
