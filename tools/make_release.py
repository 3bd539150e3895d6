"""Makes a signed bundle of this program for one target: `make release TARGET=debian-12 KEY=key.pem`.

The wheels are those of requirements.lock, each verified by the lock's hash as it is fetched; pycups, which comes as
source, is built here with the target's Python. The private key is read from a file of the maker's, never from the
repository. `--new-key FILE` makes one. `--wheels FOLDER` takes wheels that are there already, and fetches nothing.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from alembic.script import ScriptDirectory
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
ARCHITECTURE, MACHINE = "amd64", "x86_64"
FROM_SOURCE = frozenset({"docopt", "pycups"})  # published without wheels


def main() -> None:
    """Make a bundle, or a key."""
    targets = tomllib.loads((DEPLOY / "targets.toml").read_text("utf-8"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=targets)
    parser.add_argument("--key", type=Path, help="private key (Ed25519, PEM)")
    parser.add_argument("--new-key", type=Path, help="make a private key there, and end")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", help="the target's Python, to build pycups (default: pythonX.Y of the PATH)")
    parser.add_argument("--wheels", type=Path, help="folder with the wheels: nothing is fetched or built")
    parser.add_argument(
        "--source", type=Path, default=ROOT, help="the tree that the schema and the units are read from"
    )
    chosen = parser.parse_args()
    if chosen.new_key:
        new_key(chosen.new_key)
        return
    if not chosen.target or not chosen.key:
        parser.error("give --target and --key, or --new-key")
    key = private_key(chosen.key)
    with tempfile.TemporaryDirectory() as work:
        wheels = chosen.wheels or fetch(targets[chosen.target], Path(work) / "wheels", chosen.python)
        bundle = assemble(targets[chosen.target], wheels, key, chosen.out, Path(work) / "files", chosen.source)
    print(bundle)


def new_key(path: Path) -> None:
    """Make a private key in a new file that only its user reads; it must not be in the repository."""
    if path.resolve().is_relative_to(ROOT):
        sys.exit("the private key is kept outside the repository")
    key = Ed25519PrivateKey.generate()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    print(f"{path}: keep it where nobody else reads it; who has it can install on every office's machine")


def private_key(path: Path) -> Ed25519PrivateKey:
    """Return the maker's private key."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        sys.exit(f"{path}: not an Ed25519 key (openssl genpkey -algorithm ed25519)")
    return key


# -- wheels -----------------------------------------------------------------------------------------------------------


def fetch(target: dict[str, object], folder: Path, python: str | None) -> Path:
    """Fetch the wheels of the target by the lock's hashes, and build those that come as source, and our own."""
    folder.mkdir(parents=True)
    version = str(target["python"])
    lines = dict(locked(version))
    wanted = needed(lines, version)
    ready, source = folder / "ready.txt", folder / "source.txt"
    ready.write_text("\n".join(lines[name] for name in wanted if name not in FROM_SOURCE))
    source.write_text("\n".join(lines[name] for name in wanted if name in FROM_SOURCE))
    short = version.replace(".", "")
    platforms = [f"manylinux_2_{minor}_{MACHINE}" for minor in range(int(str(target["glibc"])), 4, -1)]
    platforms += [f"manylinux2014_{MACHINE}", f"manylinux2010_{MACHINE}", f"manylinux1_{MACHINE}", f"linux_{MACHINE}"]
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary=:all:", "--implementation=cp", f"--python-version={version}"),
        *(f"--abi={abi}" for abi in (f"cp{short}", "abi3", "none")),
        *(f"--platform={platform}" for platform in platforms),
        *("-d", str(folder), "-r", str(ready)),
    )
    build = folder / "build"
    run(python or f"python{version}", "-m", "venv", str(build))
    pip = [str(build / "bin/python"), "-m", "pip"]
    run(*pip, "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(ROOT / "requirements-build.lock"))
    wheel = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    run(*wheel, "--require-hashes", "-r", str(source))
    run(*wheel, str(ROOT))
    shutil.rmtree(build)
    require_whole(folder, version)
    return folder


def locked(python: str) -> Iterator[tuple[str, str]]:
    """Yield name and line of each package of the lock that is for Linux and that Python.

    The line has no marker: pip would evaluate it for the Python that runs it, and leave the package out.
    """
    for line in (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines():
        text, hashed, hashes = line.partition(" --hash")
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(environment(python)):
            yield canonicalize_name(requirement.name), text.partition(";")[0] + hashed + hashes


def needed(lines: dict[str, str], python: str) -> list[str]:
    """Return what the program needs to run, by name: of the lock, without what only developing needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    waiting, found = [Requirement(text) for text in project], dict[str, set[str]]()
    while waiting:
        each = waiting.pop()
        name = canonicalize_name(each.name)
        if name in found and each.extras <= found[name]:
            continue
        extras = found[name] = found.get(name, set()) | each.extras
        if name not in lines:
            sys.exit(f"{name} is not in requirements.lock: run `make lock`")
        for text in importlib.metadata.requires(name) or ():
            inner = Requirement(text)
            if applies(inner.marker, python, extras):
                waiting.append(inner)
    return sorted(found)


def require_whole(folder: Path, python: str) -> None:
    """End unless the wheels of a folder bring all that each of them needs, in a version that it accepts."""
    wheels = {}
    for path in folder.glob("*.whl"):
        name, version, *_ = parse_wheel_filename(path.name)
        wheels[name] = path, version
    for path, _version in wheels.values():
        for text in metadata_of(path).get_all("Requires-Dist") or ():
            needed = Requirement(text)
            if not applies(needed.marker, python, set()):
                continue
            found = wheels.get(canonicalize_name(needed.name))
            if found is None or not needed.specifier.contains(found[1], prereleases=True):
                sys.exit(f"{path.name} needs {needed}, which is not among the wheels for Python {python}")


def metadata_of(wheel: Path) -> Message:
    """Return the metadata of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def applies(marker: Marker | None, python: str, extras: set[str]) -> bool:
    """Return whether a requirement with that marker is needed."""
    return marker is None or any(marker.evaluate(environment(python) | {"extra": each}) for each in extras or {""})


def environment(python: str) -> dict[str, str]:
    """Return the values of the markers on the target."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.2",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": MACHINE,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }


# -- the bundle -------------------------------------------------------------------------------------------------------


def assemble(
    target: dict[str, object], wheels: Path, key: Ed25519PrivateKey, out: Path, work: Path, source: Path
) -> Path:
    """Put the files of a bundle together, sign them, and return the tar file."""
    carried = sorted(wheels.glob("*.whl"))
    ours = [wheel for wheel in carried if wheel.name.startswith("printserver-")]
    if len(ours) != 1:
        sys.exit(f"{wheels}: one wheel of printserver is needed, and there are {len(ours)}")
    version = str(parse_wheel_filename(ours[0].name)[1])
    name = f"printserver-{version}-{target['distribution']}-{target['version']}"
    folder = work / name
    (folder / "wheels").mkdir(parents=True)
    for wheel in carried:
        shutil.copyfile(wheel, folder / "wheels" / wheel.name)
    for each in ("units", "prometheus", "grafana"):
        shutil.copytree(source / "deploy" / each, folder / each)
    for each in ("install", "install.txt", "printserver"):
        shutil.copyfile(source / "deploy" / each, folder / each)
    (folder / "requirements.txt").write_text(requirements(carried))
    (folder / "target").write_text(for_the_shell(target))
    described = {
        "form": 1,
        "version": version,
        "schema": schema(source),
        "target": {name: target[name] for name in ("distribution", "version", "python")}
        | {"architecture": ARCHITECTURE},
        "packages": target["packages"],
    }
    sums = {path.relative_to(folder): digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    (folder / "SHA256SUMS").write_text("".join(f"{sha256}  {path}\n" for path, sha256 in sums.items()))
    sums[Path("SHA256SUMS")] = digest(folder / "SHA256SUMS")
    described["files"] = {
        str(path): {"sha256": sha256, "bytes": (folder / path).stat().st_size} for path, sha256 in sorted(sums.items())
    }
    manifest = json.dumps(described, indent=1, sort_keys=True).encode()
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "manifest.sig").write_bytes(key.sign(manifest))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "release.pub").write_bytes(public)
    return pack(folder, out)


def pack(folder: Path, out: Path) -> Path:
    """Return a tar file of the folder, whose bytes depend on nothing but its content."""
    out.mkdir(parents=True, exist_ok=True)
    bundle = out / f"{folder.name}.tar"

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = 0
        member.mode = 0o755 if member.isdir() or member.name.endswith(("/install", "/printserver")) else 0o644
        return member

    with tarfile.open(bundle, "w:", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            tar.add(path, f"{folder.name}/{path.relative_to(folder)}", filter=plain)
    return bundle


def requirements(wheels: list[Path]) -> str:
    """Return the requirements that install exactly these wheels."""
    lines = []
    for wheel in wheels:
        name, version, *_ = parse_wheel_filename(wheel.name)
        lines.append(f"{name}=={version} --hash=sha256:{digest(wheel)}\n")
    return "".join(lines)


def for_the_shell(target: dict[str, object]) -> str:
    """Return the target as the install script reads it."""
    packages = " ".join(str(each) for each in target["packages"])  # type: ignore[attr-defined]
    found = {"ID": target["distribution"], "VERSION": target["version"], "ARCHITECTURE": ARCHITECTURE}
    return "".join(f'TARGET_{name}="{value}"\n' for name, value in (found | {"PACKAGES": packages}).items())


def schema(source: Path) -> str:
    """Return the revision of the newest migration."""
    migrations = ScriptDirectory(str(source / "printserver/db/migrations"))
    head = migrations.get_current_head()
    assert head is not None
    return head


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(*command: str) -> None:
    """Run a command of the making; end where it fails."""
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"failed: {re.sub(r'--(platform|abi)=[^ ]+ ', '', ' '.join(command))[:300]}")


if __name__ == "__main__":
    main()
