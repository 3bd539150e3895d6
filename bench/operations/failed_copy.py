"""From a copy that failed to the strip on the screen (at most a minute) and to the e-mail (at most five minutes).

`python -m bench.operations.failed_copy [--times N]`. A served office has a place of copies whose disk is gone, so that
`printserver copia` fails, as a process of its own. A person logs in then and asks for a screen every half second; a
mail server on this machine takes the mail. Exits with 1 if one of them came too late.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from bench import office as offices
from bench.report import table
from bench.screens import Person
from bench.server import serve
from support.smtp import Mailbox, mail_server

STRIP_S: Final = 60.0
MAIL_S: Final = 300.0
_PROGRAM: Final = Path(sys.executable).with_name("printserver")
_SAID: Final = "A cópia falhou"


def main() -> int:
    """Measure, show the figures and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.operations.failed_copy", description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    lines = []
    for _ in range(asked.times):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, mail_server() as box:
            lines.append(_once(Path(folder), box))
    print(table(("strip s", "e-mail s"), [(f"{strip:.1f}", f"{mail:.1f}") for strip, mail in lines]))
    return 0 if all(strip <= STRIP_S and mail <= MAIL_S for strip, mail in lines) else 1


def _once(folder: Path, box: Mailbox) -> tuple[float, float]:
    """Return the seconds from the end of the copy that failed to the strip and to the e-mail."""
    made = offices.make(folder / "office")
    settings = made.folder / "printserver.toml"
    mail = f'servidor = "127.0.0.1"\nporta = {box.port}\nseguranca = "nenhuma"\n'
    mail += 'remetente = "selos@c.example"\ndestinatarios = ["a@c.example"]\n'
    place = f'[copias]\nlugares = ["{folder / "disk" / "copies"}"]\n'
    settings.write_text(f"{settings.read_text('utf-8')}\n[avisos]\n{mail}{place}", "utf-8")
    with serve(made) as server:
        failed = subprocess.run([_PROGRAM, "copia", "--instance", made.folder], capture_output=True)
        start = time.perf_counter()
        if failed.returncode != 1:
            raise RuntimeError(failed)
        person, strip, told = Person(server), 0.0, 0.0
        while not (strip and told) and time.perf_counter() - start < MAIL_S:
            if not strip and _SAID in person.get("/impressoes")[2]:
                strip = time.perf_counter() - start
            if not told and any(_SAID in str(each.get_content()) for each in box.messages):
                told = time.perf_counter() - start
            time.sleep(0.5)
    return strip or STRIP_S * 2, told or MAIL_S * 2


if __name__ == "__main__":
    sys.exit(main())
