"""Deletes the runs of uploads when their day is over, whether or not anybody visits."""

import asyncio
import contextlib

EVERY_S = 600.0


async def delete_old_runs() -> None:
    """Without end. A disk that cannot be read now is read again later."""
    from transcnn.runs.uploads import forget_old_uploads

    while True:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(forget_old_uploads)
        await asyncio.sleep(EVERY_S)
