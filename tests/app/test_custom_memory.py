"""Networks that visitors bring take so much memory and no more: a server, real connections."""

import asyncio
import sys

import pytest

from tests.app.test_abandoned import page
from tests.load import serving
from transcnn.checkpoints.catalogue import shipped
from transcnn.limits import MB

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="one system is enough")
WEIGHTS = shipped("transcnn_nano").path.read_bytes()
MOST = 3 * len(WEIGHTS) // MB  # a network takes its parameters, and its file to hand it on


@pytest.fixture(scope="module")
def server():
    few = {"TRANSCNN_LIMIT_NETWORKS_MB": str(MOST)}
    with serving(**few, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1") as server:
        yield server


def test_networks_have_a_limit_in_all_and_their_memory_comes_back_with_the_session(server):
    async def bring(visitor, models):
        """What the page says to the weights."""
        visitor.pages = {"models": models}
        await visitor.run("models")
        file = await visitor.upload("weights_uploader", "mine.safetensors", WEIGHTS)
        await visitor.ask("models", file)
        said = b""
        while True:
            message, data = await visitor.receive()
            said += data
            if message.WhichOneof("type") == "script_finished":
                return said

    refused, kept = b"take all the memory there is for them", b"mine.safetensors"

    async def trial():
        async with page(server) as first:
            await first.run("")
            models = first.pages["models"]
        async with page(server) as second:
            async with page(server) as first:
                said = await bring(first, models)
                assert kept in said
                assert refused not in said
                said = await bring(second, models)
                assert refused in said
                assert kept not in said
            for _ in range(20):
                await asyncio.sleep(1)
                if kept in await bring(second, models):
                    return
            raise AssertionError("the memory of a session that has ended is still counted")

    asyncio.run(trial())
