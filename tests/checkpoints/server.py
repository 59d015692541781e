"""A server of this machine in place of the authors': it answers as each test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """`address` is its base; `asked` are the paths that somebody asked for, in order."""

    address: str
    answer: Answer
    asked: list[str] = field(default_factory=list)


@contextmanager
def serve(answer: Answer) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            # Whoever asked may have given up, as some tests do.
            with suppress(BrokenPipeError, ConnectionResetError):
                server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server = Server(f"http://127.0.0.1:{listening.server_port}", answer)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def whole(data: bytes) -> Answer:
    return cut(data, len(data))


def cut(data: bytes, end: int) -> Answer:
    """Says that all of `data` comes, and closes after `end` bytes."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[:end])

    return answer


def halting(data: bytes, end: int, go_on: threading.Event) -> Answer:
    """Sends `end` bytes, and the rest when it may go on."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[:end])
        request.wfile.flush()
        go_on.wait(60)
        request.wfile.write(data[end:])

    return answer


def refusing(status: int) -> Answer:
    return lambda request: request.send_error(status)


def redirecting(path: str, then: Answer) -> Answer:
    """Sends who asks to `path` first, as the authors' host does."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path == path:
            then(request)
        else:
            request.send_response(302)
            request.send_header("Location", path)
            request.end_headers()

    return answer
