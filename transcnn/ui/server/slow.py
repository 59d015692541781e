"""The body of a request that comes so slowly that only its room is meant to be held."""

import asyncio
import time

from starlette.types import Message, Receive

SLOW_S = 30.0  # of an upload at least
SLOW_BYTES = 300_000  # come in this time; a poor mobile network brings as many


def steady(receive: Receive) -> Receive:
    """`receive`, which ends where so little comes that only its room is meant to be held."""
    came, since = 0, time.monotonic()

    async def steadily() -> Message:
        nonlocal came, since
        if (left := SLOW_S - (time.monotonic() - since)) <= 0:
            if came < SLOW_BYTES:
                return {"type": "http.disconnect"}
            came, since, left = 0, time.monotonic(), SLOW_S
        try:
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError:
            return await steadily()
        came += len(message.get("body", b""))
        return message

    return steadily
