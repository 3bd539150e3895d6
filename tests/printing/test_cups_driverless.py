"""A driverless printer (IPP Everywhere) behind a real CUPS: size, faces, tray and what it counts."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from printserver.printing import CupsQueue, Handoff, State
from support.cups import DriverlessPrinter, PrivateCups
from support.process import wait_until

Errand = Callable[..., Handoff]


@pytest.fixture
def queue(cups_server: PrivateCups, driverless_printer: DriverlessPrinter, request: pytest.FixtureRequest) -> CupsQueue:
    name = cups_server.driverless_queue(f"ipp-{abs(hash(request.node.name))}", driverless_printer.uri)
    return CupsQueue("notas", name, str(cups_server.socket))


def printed(queue: CupsQueue, print_: Handoff) -> State:
    """Print, and return the last state once the job has ended."""
    cups_id = queue.create(print_)
    queue.send(cups_id, print_)
    queue.release(cups_id)
    last: list[State | None] = []

    def ended() -> bool:
        last.append(queue.state(cups_id))
        return last[-1] is not None and last[-1].estado in ("completed", "canceled", "aborted")

    wait_until(ended, "the driverless printer")
    assert last[-1] is not None
    return last[-1]


def test_p6_page_and_qr_keep_their_size(
    queue: CupsQueue, driverless_printer: DriverlessPrinter, errand: Errand, tmp_path: Path
) -> None:
    # The printer's default is Letter: a job that does not name its paper comes out smaller.
    assert printed(queue, errand()).estado == "completed"
    out = tmp_path / "out.pdf"
    out.write_bytes(driverless_printer.printed()[0])
    with pikepdf.open(out) as pdf:
        width, height = (float(side) / 72 * 25.4 for side in pdf.pages[0].mediabox[2:])
    assert (width, height) == (pytest.approx(210, abs=0.5), pytest.approx(297, abs=0.5))
    ppm = subprocess.run(["pdftoppm", "-r", "300", "-gray", str(out)], capture_output=True, check=True, timeout=60)
    square = Image.open(io.BytesIO(ppm.stdout)).point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert square is not None
    side = 30 / 25.4 * 300
    assert square[2] - square[0] == pytest.approx(side, abs=2)
    assert square[3] - square[1] == pytest.approx(side, abs=2)


def test_faces_tray_and_title_reach_the_printer(
    queue: CupsQueue, driverless_printer: DriverlessPrinter, errand: Errand
) -> None:
    state = printed(queue, errand("01EVE", pages=3, faces="frente-verso", bandeja="by-pass-tray"))
    assert state.estado == "completed"
    assert state.impressions == 3
    words = driverless_printer.words()[0]
    assert words["IPP_SIDES"] == "two-sided-long-edge"
    assert "media-source=by-pass-tray" in words["IPP_MEDIA_COL"]
    assert "media-size={x-dimension=21000 y-dimension=29700}" in words["IPP_MEDIA_COL"]
    assert words["IPP_JOB_NAME"] == "01EVE Traslado 1"


def test_queue_tells_what_it_can_do(queue: CupsQueue) -> None:
    can = queue.capabilities()
    assert can["estado"] == "idle"
    assert {"main", "by-pass-tray"} <= set(can["bandejas"])
    assert "iso_a4_210x297mm" in can["papeis"]
    assert can["faces"] == ["frente", "frente-verso", "frente-depois-verso"]
