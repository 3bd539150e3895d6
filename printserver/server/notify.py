"""Messages to systemd by its notification socket: ready, alive, stopping, and what to show as status."""

import os
import socket
from collections.abc import Mapping


def notify(*assignments: str, environment: Mapping[str, str] = os.environ) -> None:
    """Send assignments (`READY=1`, `STATUS=…`) to the service manager. Without one, nothing happens."""
    address = environment.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # Linux's abstract namespace
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        try:
            out.settimeout(1.0)
            out.sendto("\n".join(assignments).encode(), address)
        except OSError:
            return


def watchdog_s(environment: Mapping[str, str] = os.environ) -> float | None:
    """Return the seconds within which the service manager expects `WATCHDOG=1`; None if it expects none."""
    pid = environment.get("WATCHDOG_PID")
    if pid is not None and pid != str(os.getpid()):
        return None
    try:
        return int(environment.get("WATCHDOG_USEC", "")) / 1_000_000 or None
    except ValueError:
        return None
