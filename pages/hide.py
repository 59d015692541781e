"""The former address of Occlusion."""

from transcnn.ui.app import router

router.moved_to("occlusion")
