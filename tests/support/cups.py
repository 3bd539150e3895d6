"""A private CUPS server for tests, with queues that keep what they are given, and a driverless printer.

Neither systemd nor the machine's own CUPS is touched; it runs as root and as anybody else.
"""

import getpass
import grp
import hashlib
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cups

from support import process

_SYSTEM_CUPS = Path("/usr/lib/cups")

# The device `keep:/folder` stores each file it is given. The word in /folder/fault makes it misbehave: `fails`, `stops`
# (the queue too), `crashes`, `waits` until the word is taken away, or `halfway`, which counts one page and then waits.
_KEEP_BACKEND = """\
#!/bin/sh
[ $# -eq 0 ] && { echo 'direct keep "Unknown" "Keeps what it is given"'; exit 0; }
folder="${DEVICE_URI#keep:}"
case "$(cat "$folder/fault" 2>/dev/null)" in
  fails) echo "ERROR: it failed" >&2; exit 1 ;;
  stops) echo "ERROR: it stopped" >&2; exit 4 ;;
  crashes) kill -SEGV $$ ;;
  waits)
    echo "STATE: +media-empty-error" >&2; echo "INFO: sem papel" >&2
    while [ -e "$folder/fault" ]; do sleep 0.05; done
    echo "STATE: -media-empty-error" >&2 ;;
  halfway)
    echo "PAGE: 1 1" >&2
    while [ -e "$folder/fault" ]; do sleep 0.05; done ;;
esac
echo "$1" >> "$folder/runs"
if [ $# -ge 6 ]; then cat "$6"; else cat; fi > "$folder/.$1.part"
printf '%s\\n' "$3" "$4" "$5" > "$folder/$1.words"
mv "$folder/.$1.part" "$folder/$1.pdf"
"""

_CUPSD_CONF = """\
LogLevel info
MaxLogSize 0
Listen 127.0.0.1:{port}
Listen {socket}
Browsing No
WebInterface No
DefaultAuthType Basic
ErrorPolicy abort-job
MaxJobs 2000
PreserveJobHistory Yes
PreserveJobFiles No
DirtyCleanInterval 0
IdleExitTimeout 0
JobKillDelay 1
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
{policy}
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""

# What Debian's cupsd.conf allows, shortened to what matters here: an owner's jobs are the owner's, and are hidden from
# others.
_DEBIAN_POLICY = """\
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit Create-Job Print-Job Print-URI Validate-Job>
    Order deny,allow
  </Limit>
  <Limit Send-Document Hold-Job Release-Job Restart-Job Set-Job-Attributes Cancel-Job Cancel-My-Jobs CUPS-Move-Job>
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit CUPS-Add-Modify-Printer CUPS-Delete-Printer Pause-Printer Resume-Printer CUPS-Accept-Jobs CUPS-Reject-Jobs>
    AuthType Default
    Require user @SYSTEM
    Order deny,allow
  </Limit>"""

_FILES_CONF = """\
User {user}
Group {group}
SystemGroup {system_group}
ServerRoot {base}/etc
ServerBin {base}/bin
DataDir /usr/share/cups
DocumentRoot /usr/share/cups
CacheDir {base}/cache
StateDir {base}/run
RequestRoot {base}/spool
TempDir {base}/spool/tmp
AccessLog {base}/log/access
ErrorLog {base}/log/error
PageLog {base}/log/page
ServerKeychain {base}/etc/ssl
"""

_BUS_CONF = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>
"""

# What the driverless printer does with a job: keep the file and the attributes it came with.
_PRINTER_COMMAND = """\
#!/bin/sh
env | grep ^IPP_ | sort > "$KEEP_IN/.words-part" && mv "$KEEP_IN/.words-part" "$KEEP_IN/$IPP_JOB_ID.words"
while [ -e "$KEEP_IN/waits" ]; do sleep 0.05; done
cp "$1" "$KEEP_IN/.part" && mv "$KEEP_IN/.part" "$KEEP_IN/$IPP_JOB_ID.print"
"""


@dataclass(frozen=True)
class KeptQueue:
    """A raw queue of a private CUPS whose device keeps the files in a folder."""

    name: str
    folder: Path

    def printed(self) -> dict[int, bytes]:
        """Return what came out so far, by CUPS id."""
        return {int(file.stem): file.read_bytes() for file in self.folder.glob("*.pdf")}

    def runs(self) -> list[int]:
        """Return the CUPS id of each time that something came out, in order: twice what was printed twice."""
        file = self.folder / "runs"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def words(self, cups_id: int) -> tuple[str, str, str]:
        """Return title, copies and options as the device got them."""
        title, copies, options = (self.folder / f"{cups_id}.words").read_text().splitlines()
        return title, copies, options

    def fault(self, word: str | None) -> None:
        """Make the device misbehave from now on (see the backend), or behave again."""
        file = self.folder / "fault"
        if word is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(word)


class PrivateCups:
    """A cupsd with its own configuration, socket, port, spool and devices, in a folder of its own.

    Its rules of access are Debian's. Use as a context manager, or `start` and `destroy`.
    """

    def __init__(self) -> None:
        # Not below pytest's own folder, which the unprivileged devices could not enter.
        self.base = Path(tempfile.mkdtemp(prefix="cups-"))
        self.socket = self.base / "run" / "cups.sock"
        self.port = process.free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._prepare()

    def __enter__(self) -> "PrivateCups":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.destroy()

    @property
    def address(self) -> str:
        """HOST:PORT of this server."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The running server's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> "PrivateCups":
        """Start the server and wait until it answers; what an earlier run had on disk is there again."""
        etc = self.base / "etc"
        command = [process.program("cupsd"), "-f", "-c", f"{etc}/cupsd.conf", "-s", f"{etc}/cups-files.conf"]
        self._process = process.start(command, self.base / "log" / "cupsd.out")
        process.wait_until(self._listens, "cupsd", self._process)
        return self

    def stop(self, sign: int = signal.SIGTERM) -> None:
        """End the server (`signal.SIGKILL`: as a crash does)."""
        process.stop(self._process, sign)

    def destroy(self) -> None:
        """End the server and remove all it had."""
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def keeping_queue(self, name: str | None = None) -> KeptQueue:
        """Make a raw queue that keeps the very bytes it is given."""
        queue = KeptQueue(name or f"fila-{secrets.token_hex(4)}", self.base / "kept" / secrets.token_hex(4))
        queue.folder.mkdir()
        self._give(queue.folder)
        self.lpadmin("-p", queue.name, "-v", f"keep:{queue.folder}", "-E")
        return queue

    def driverless_queue(self, name: str, uri: str) -> str:
        """Make a driverless queue to an IPP printer and return its name."""
        self.lpadmin("-p", name, "-v", uri, "-m", "everywhere", "-E")

        def known() -> bool:
            printer = cups.Connection(host=str(self.socket)).getPrinterAttributes(name)
            return bool(printer.get("media-source-supported"))

        # lpadmin returns before cupsd has asked the printer what it can do.
        process.wait_until(known, f"queue {name}")
        return name

    def encrypts(self) -> str:
        """Have the server make itself a certificate, a new one each time; return its SHA-256 in hex."""
        folder = self.base / "etc" / "ssl"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 10)) as line:
            return hashlib.sha256(line.getpeercert(binary_form=True) or b"").hexdigest()

    def lpadmin(self, *arguments: str) -> None:
        """Run lpadmin on this server."""
        self.run("lpadmin", *arguments)

    def run(self, name: str, *arguments: str) -> str:
        """Run one of CUPS's commands (`cupsreject`, `lp` …) on this server and return its output."""
        command = [process.program(name), "-h", str(self.socket), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stderr}")
        return done.stdout

    def _listens(self) -> bool:
        """Tell whether both doors are open: cupsd opens the port first."""
        with socket.socket(socket.AF_UNIX) as probe:
            return process.listens(self.port) and probe.connect_ex(str(self.socket)) == 0

    def _prepare(self) -> None:
        self.base.chmod(0o755)
        for folder in ("etc/ppd", "cache", "run/certs", "spool/tmp", "log", "bin/backend", "kept"):
            (self.base / folder).mkdir(parents=True)
        for part in _SYSTEM_CUPS.iterdir():
            if part.name != "backend":
                (self.base / "bin" / part.name).symlink_to(part)
        for device in ("ipp", "http", "socket"):
            (self.base / "bin" / "backend" / device).symlink_to(_SYSTEM_CUPS / "backend" / device)
        keep = self.base / "bin" / "backend" / "keep"
        keep.write_text(_KEEP_BACKEND)
        keep.chmod(0o755)
        own_group = grp.getgrgid(os.getegid()).gr_name
        root = os.geteuid() == 0
        self._give(self.base / "spool" / "tmp")
        (self.base / "etc" / "cupsd.conf").write_text(
            _CUPSD_CONF.format(port=self.port, socket=self.socket, policy=_DEBIAN_POLICY)
        )
        (self.base / "etc" / "cups-files.conf").write_text(
            _FILES_CONF.format(
                base=self.base,
                user="lp" if root else getpass.getuser(),
                group="lp" if root else own_group,
                system_group="root" if root else own_group,
            )
        )

    @staticmethod
    def _give(folder: Path) -> None:
        """Let filters and devices write here: they run as `lp` when the server is root's."""
        if os.geteuid() == 0:
            shutil.chown(folder, "lp", "lp")


class DriverlessPrinter:
    """An IPP Everywhere printer (ippeveprinter), two-sided, that keeps what it prints.

    It wants avahi on the system's D-Bus; a private bus without anybody on it is enough.
    """

    def __init__(self, base: Path, formats: str = "application/pdf,image/urf,image/pwg-raster") -> None:
        self.base = base
        self.kept = base / "kept"
        self.port = process.free_port()
        self._formats = formats
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "DriverlessPrinter":
        self.kept.mkdir(parents=True)
        bus = self.base / "bus"
        (self.base / "bus.conf").write_text(_BUS_CONF.format(socket=bus))
        command = self.base / "command"
        command.write_text(_PRINTER_COMMAND)
        command.chmod(0o755)
        log = self.base / "log"
        self._running.append(
            process.start([process.program("dbus-daemon"), f"--config-file={self.base}/bus.conf", "--nofork"], log)
        )
        process.wait_until(bus.exists, "dbus-daemon", self._running[0])
        here = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}", "TMPDIR": str(self.base), "KEEP_IN": str(self.kept)}
        options = ["-2", "-r", "off", "-n", "localhost", "-p", str(self.port), "-f", self._formats]
        folders = ["-d", str(self.base), "-K", str(self.base / "ssl"), "-c", str(command)]
        self._command = [process.program("ippeveprinter"), *options, *folders, "Impressora"]
        self._environment = {**os.environ, **here}
        self.switch_on()
        return self

    def switch_on(self) -> None:
        """Start the printer, at the same address each time."""
        printer = process.start(self._command, self.base / "log", env=self._environment)
        self._running.append(printer)
        process.wait_until(lambda: process.listens(self.port), "ippeveprinter", printer)

    def switch_off(self) -> None:
        """End the printer as a power failure does."""
        process.stop(self._running.pop(), signal.SIGKILL)

    def waits(self, word: bool) -> None:
        """Have it stand still before each print comes out, or go on."""
        file = self.kept / "waits"
        if word:
            file.touch()
        else:
            file.unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        for running in reversed(self._running):
            process.stop(running)

    @property
    def uri(self) -> str:
        """The printer's address for a CUPS queue."""
        return f"ipp://localhost:{self.port}/ipp/print"

    def printed(self) -> list[bytes]:
        """Return what came out so far, in order."""
        files = sorted(self.kept.glob("*.print"), key=lambda file: int(file.stem))
        return [file.read_bytes() for file in files]

    def words(self) -> list[dict[str, str]]:
        """Return the attributes of each job, in order, as ippeveprinter hands them to its command."""
        files = sorted(self.kept.glob("*.words"), key=lambda file: int(file.stem))
        return [dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line) for file in files]
