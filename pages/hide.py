"""The former address of Occlusion."""

from transcnn.ui.app import router

router.ensure_app()
router.moved_to("occlusion")
