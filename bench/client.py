"""HTTP client: posts JSON over one persistent connection per thread and measures the time to each answer."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, TypeVar
from uuid import uuid4

from bench.server import HOST, Server

Item = TypeVar("Item")


class Client:
    """One client with one connection. Not thread-safe."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection(HOST, server.port, timeout=120)
        self._connection.connect()
        self._headers = {"Authorization": f"Bearer {server.office.key}", "Content-Type": "application/json"}

    def post(self, body: dict[str, Any], path: str = "/api/v1/jobs", status: int = 202) -> float:
        """Post JSON once; return milliseconds until the answer. Raises RuntimeError unless it has `status`."""
        return self.send(json.dumps(body).encode(), path, status)

    def send(self, body: bytes, path: str = "/api/v1/jobs", status: int = 202) -> float:
        """Post encoded bytes."""
        headers = self._headers | {"Idempotency-Key": uuid4().hex}
        start = time.perf_counter()
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        spent = (time.perf_counter() - start) * 1000
        if answer.status != status:
            raise RuntimeError(f"{answer.status}: {text.decode()}")
        return spent

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def together(
    server: Server, clients: int, work: Iterable[Item], do: Callable[[Client, Item], Sequence[float]]
) -> list[float]:
    """Process `work` with `clients` concurrent clients, each one item after another; return all times."""
    waiting: SimpleQueue[Item] = SimpleQueue()
    for item in work:
        waiting.put(item)
    times: list[float] = []
    faults: list[BaseException] = []

    def run() -> None:
        client = Client(server)
        try:
            while not faults:
                times.extend(do(client, waiting.get_nowait()))
        except Empty:
            return
        except BaseException as error:  # raised below
            faults.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return times
