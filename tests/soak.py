"""What a bystander notices of a crowd and of two attackers: `python -m tests.soak 600`.

For so many seconds thirty people come and go at a human pace: each opens the app, brings an image,
looks at it in Explore, begins a job (a slow explanation, or own classes to learn) and closes the
tab in its middle; then somebody else takes the place. At the end all close theirs, wherever they
are. Meanwhile one address opens 300 connections at once, over and over, and another one uploads as
much as it is let. The bystander, on an address of their own, chooses another sample every few
seconds, and waits until everything on the page belongs to it. Linux only.
"""

import asyncio
import contextlib
import itertools
import json
import random
import statistics
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import InvalidStatus

from tests.app.shapes import KINDS, packed, shape
from tests.browser.conftest import Server
from tests.load import Visitor, live, serving
from transcnn.pictures.samples import samples

VISITORS = 30
CONNECTIONS = 300
FILE = bytes(100 * 2**20)
KEPT_S = 60  # of a session whose browser has gone; the app keeps it 720 s, which is only longer
BACK_S = KEPT_S + 30.0  # after which everything must have come back
LEFT_MB = 150.0
PACE_S = 45.0  # that people look at a page, on average
WINDOW_S = 120.0  # about 35 clicks of the bystander
CROWD, FLOOD, HOARDER, BYSTANDER = (f"127.0.0.{k}" for k in range(2, 6))
TRIGGER = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # of a component, as Streamlit's browser side


@dataclass
class Soak:
    """`waited`: when the bystander clicked, in seconds from the start, and how long it took.

    Memory in megabytes and descriptors of the server: before, at the most, and after all have left.
    """

    waited: list[tuple[float, float]] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    back_s: float = 0.0
    cores: float = 0.0  # that the server kept busy
    happened: Counter[str] = field(default_factory=Counter)

    def worst(self) -> float:
        """The largest of the 95th percentiles of the waits that began in one window."""
        windows: dict[int, list[float]] = {}
        for at, wait in self.waited:
            windows.setdefault(int(at // WINDOW_S), []).append(wait)
        return max(map(p95, windows.values()))

    def came_back(self) -> bool:
        """Whether no more is left than what counts as nothing."""
        return self.memory[2] - self.memory[0] < LEFT_MB and (
            self.descriptors[2] <= self.descriptors[0]
        )

    def table(self) -> str:
        """The figures, as a Markdown table."""
        waits = [wait for _, wait in self.waited]
        before, most, after = self.memory
        rows = {
            "what happened": ", ".join(f"{n} {what}" for what, n in self.happened.items()),
            "clicks of the bystander": f"{len(waits)}",
            "wait: median, 95 %, longest": " / ".join(
                f"{one:.2f} s" for one in (statistics.median(waits), p95(waits), max(waits))
            ),
            "95 % in the worst two minutes": f"{self.worst():.2f} s",
            "memory: before, at the most, after": f"{before:,.0f} / {most:,.0f} / {after:,.0f} MB",
            "descriptors: before, at the most, after": " / ".join(map(str, self.descriptors)),
            "all came back after": f"{self.back_s:.0f} s",
            "cores of the server": f"{self.cores:.2f}",
        }
        return "\n".join(
            ["| | |", "|---|---|", *(f"| {name} | {said} |" for name, said in rows.items())]
        )


def p95(values: list[float]) -> float:
    """The 95th percentile: of 20 values the largest but one."""
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)]


def descriptors(server: Server) -> int:
    """How many the server's process has open."""
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


async def explain(visitor: Visitor, name: str) -> None:
    """Begin a slow explanation."""
    await visitor.run("explanations", query="methods=occlusion", shows=name)
    assert any(part.startswith("explain_stop_") for part in visitor.parts), "it is under way"


async def learn(visitor: Visitor, name: str) -> None:
    """Begin to learn three classes of eight images."""
    await visitor.run("own_classes")
    files = {f"{kind}/{k}.jpg": shape(kind, k + visitor.number) for kind in KINDS for k in range(8)}
    archive = await visitor.upload("own_archive_0", f"{name}.zip", packed(files))
    await visitor.run("own_classes", archive)
    while visitor.parts.pop("own_stop", None):  # as long as the images are read
        await asyncio.sleep(0.5)
        await visitor.run("own_classes")
    press = WidgetState(id=visitor.parts["own_learn"], trigger_value=True)
    await visitor.run("own_classes", press)
    assert "own_stop" in visitor.parts, "it is under way"


JOBS = (explain, learn)


async def visit(server: Server, number: int, soak: Soak, pace_s: float = PACE_S) -> None:
    """One person, from the first page to the tab that is closed in the middle of a job."""
    chance = random.Random(number)

    async def read() -> None:
        await asyncio.sleep(pace_s * chance.uniform(0.5, 1.5))

    soak.happened["people"] += 1
    async with live(server, CROWD) as connection:
        visitor = Visitor(server, number, connection, CROWD)
        name = f"of-visitor-{number}.jpg"
        await visitor.run("")
        await read()
        await visitor.bring(name)
        await read()
        await visitor.run("explore", shows=name)
        await read()
        job = JOBS[number % len(JOBS)]
        await job(visitor, name)
        await asyncio.sleep(1)
        soak.happened["abandoned jobs"] += 1


async def crowd(server: Server, place: int, soak: Soak, seconds: float) -> None:
    """One place, which one person takes after the other."""
    await asyncio.sleep(min(3 * PACE_S, seconds) * place / VISITORS)  # not all at once
    for number in itertools.count(place, VISITORS):
        await visit(server, number, soak)


async def flood(server: Server, soak: Soak) -> None:
    """Connections that do nothing, as many as are let in; after a while all leave, and again."""

    async def one(stack: contextlib.AsyncExitStack) -> None:
        try:
            await stack.enter_async_context(live(server, FLOOD))
            soak.happened["idle connections"] += 1
        except InvalidStatus:
            soak.happened["connections refused"] += 1

    while True:
        async with contextlib.AsyncExitStack() as stack:
            await asyncio.gather(*(one(stack) for _ in range(CONNECTIONS)))
            await asyncio.sleep(15)


async def hoard(server: Server, soak: Soak) -> None:
    """Files that no page asked for, as many as are let in; then another session, and again."""
    while True:
        async with live(server, HOARDER) as connection:
            visitor = Visitor(server, 0, connection, HOARDER)
            await visitor.run("")
            while await asyncio.to_thread(
                visitor.put, f"/_stcore/upload_file/{visitor.session}/{uuid.uuid4()}", "x", FILE
            ):
                soak.happened["files of 100 MB"] += 1
            soak.happened["uploads refused"] += 1
            await asyncio.sleep(20)


async def bystand(server: Server, soak: Soak, seconds: float) -> None:
    """Choose one sample after the other in Explore; the waits go into `soak`."""
    start = time.monotonic()
    async with live(server, BYSTANDER) as connection:
        visitor = Visitor(server, 0, connection, BYSTANDER)
        await visitor.run("")
        await visitor.run("explore")
        order = [one.name for one in samples()]
        while time.monotonic() < start + seconds:
            order.append(order.pop(0))
            picked = json.dumps([{"event": "picked", "value": order[0]}])
            click = WidgetState(
                id=TRIGGER.format(visitor.parts["sample_picker"]), json_trigger_value=picked
            )
            at = time.monotonic() - start
            wait = await visitor.run("explore", click, shows=order[0])
            soak.waited.append((at, wait))
            await asyncio.sleep(3)


async def watch(server: Server, soak: Soak) -> None:
    """Keep the most that the server takes."""
    while True:
        soak.memory[1] = max(soak.memory[1], server.memory())
        soak.descriptors[1] = max(soak.descriptors[1], descriptors(server))
        await asyncio.sleep(0.5)


async def _soak(server: Server, seconds: float) -> Soak:
    soak = Soak()
    # What the end is compared with is a server that has done everything once and forgotten who
    # asked for it: the networks are loaded, and what stays for all visitors is there.
    for number in range(2 * len(JOBS)):
        await visit(server, number, soak, pace_s=0)
    soak.happened.clear()
    await asyncio.sleep(BACK_S)
    soak.memory, soak.descriptors = [server.memory()] * 3, [descriptors(server)] * 3
    start, cpu_s = time.monotonic(), server.cpu_seconds()
    others = asyncio.gather(
        watch(server, soak),
        flood(server, soak),
        hoard(server, soak),
        *(crowd(server, place, soak, seconds) for place in range(VISITORS)),
    )
    bystander = asyncio.ensure_future(bystand(server, soak, seconds))
    await asyncio.wait([others, bystander], return_when=asyncio.FIRST_COMPLETED)
    others.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await others  # raises what went wrong there
    await bystander
    left = time.monotonic()
    soak.cores = (server.cpu_seconds() - cpu_s) / (left - start)
    while True:
        soak.back_s = time.monotonic() - left
        soak.memory[2], soak.descriptors[2] = server.memory(), descriptors(server)
        if soak.came_back() or soak.back_s > BACK_S:
            return soak
        await asyncio.sleep(1)


def measure(seconds: float) -> Soak:
    """What a new server goes through in so many seconds."""
    with serving(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=str(KEPT_S)) as server:
        return asyncio.run(_soak(server, seconds))


if __name__ == "__main__":
    print(measure(float(sys.argv[1])).table())
