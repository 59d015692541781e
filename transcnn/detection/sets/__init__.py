"""Reading annotated images: COCO files and folders of Pascal VOC. No torch here.

Boxes and masks are brought onto the upright image. Annotations say the width and height that they
were made on. Where only the stored image, or only the upright one, has these, that decides; where
both have them (a half turn, a mirrored or a square image), or none are said, they are of the stored
image, as COCO's own tools read it, which know no EXIF.
"""

from transcnn.detection.sets.read import is_annotated, read_set

__all__ = ["is_annotated", "read_set"]
