"""A bundle is used only whole, signed by the known maker, and for this machine: else one sentence, nothing changed."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from printserver.errors import ConfigError
from printserver.release import machine_at, plan, services
from printserver.release.bundle import Bundle
from printserver.release.install import check_bundle, open_folders
from printserver.release.installed import place
from printserver.release.manifest import fingerprint, read_key
from support.releases import ROOT, Maker, run

VERSION = "0.1.0"


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("maker") / "work")


@pytest.fixture(scope="module")
def bundle(maker: Maker) -> Path:
    return maker.bundle(VERSION)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine without anything of ours."""
    for folder in ("etc/printserver", "opt/printserver/releases", "var/lib/printserver"):
        (tmp_path / "root" / folder).mkdir(parents=True)
    (tmp_path / "root/etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    return tmp_path / "root"


def refusal(root: Path, bundle: Path, key: str = "") -> str:
    before = sorted(root.rglob("*"))
    with pytest.raises(ConfigError) as refused:
        found, manifest = check_bundle(machine_at(root), bundle, key)
        place(machine_at(root), found, manifest, sys.executable)
    assert sorted(root.rglob("*")) == before
    return str(refused.value)


def _cut(bundle: Path) -> None:
    with bundle.open("r+b") as file:
        file.truncate(bundle.stat().st_size // 2)


def _alter(bundle: Path) -> None:
    content = bundle.read_bytes()
    at = content.index(b"WatchdogSec=120")
    bundle.write_bytes(content[:at] + b"WatchdogSec=999" + content[at + 15 :])


def _alter_manifest(bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes().replace(b'"schema": "0', b'"schema": "9', 1))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_cut, "estragado ou incompleto"),
        (_alter, "estragado ou incompleto"),
        (_alter_manifest, "assinatura"),
        (lambda bundle: bundle.write_bytes(b"nada"), "estragado ou incompleto"),
        (Path.unlink, "não existe"),
    ],
)
def test_a_damaged_bundle_changes_nothing(
    root: Path, bundle: Path, tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    copy = Path(shutil.copy(bundle, tmp_path / "copy.tar"))
    spoil(copy)
    assert said in refusal(root, copy)


def test_another_makers_bundle_is_refused_where_one_was_installed(root: Path, bundle: Path, tmp_path: Path) -> None:
    other = Maker(tmp_path / "other")
    (root / "etc/printserver/release.pub").write_bytes(_public(other))
    assert "não é de quem faz as versões instaladas nesta máquina" in refusal(root, bundle)


def test_the_first_installation_compares_the_code_of_the_key_that_a_person_brings(root: Path, bundle: Path) -> None:
    key = read_key(Bundle(bundle).small("release.pub"), "release.pub")
    assert "a chave deste pacote é outra" in refusal(root, bundle, "0000 1111")
    assert check_bundle(machine_at(root), bundle, fingerprint(key).upper())[1].version == VERSION


def test_a_bundle_for_another_system_is_refused(root: Path, bundle: Path) -> None:
    (root / "etc/os-release").write_text('ID=ubuntu\nVERSION_ID="24.04"\n')
    assert "este pacote é para Debian 12, e esta máquina é ubuntu 24.04" in refusal(root, bundle)


def test_a_name_that_leaves_the_folder_is_no_manifest(root: Path, bundle: Path) -> None:
    found, manifest = check_bundle(machine_at(root), bundle)
    from printserver.release.manifest import parse

    content = found.small("manifest.json").replace(b'"units/printserver@.service"', b'"../../etc/passwd"')
    with pytest.raises(ConfigError, match="estragado"):
        parse(content)
    assert manifest.files["units/printserver@.service"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_leaves_nothing_of_a_release(root: Path, bundle: Path) -> None:
    releases = root / "opt/printserver/releases"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", releases], check=True)
    try:
        found, manifest = check_bundle(machine_at(root), bundle)
        with pytest.raises((ConfigError, OSError)):
            place(machine_at(root), found, manifest, sys.executable)
        assert list(releases.iterdir()) == []
    finally:
        subprocess.run(["umount", releases], check=True)


def test_an_upgrade_is_for_a_machine_that_has_a_release(root: Path, bundle: Path) -> None:
    machine = machine_at(root)
    with pytest.raises(ConfigError, match="não há versão instalada"):
        plan(machine, services(machine), bundle, unready=False)


def test_the_bytes_of_a_bundle_depend_on_its_content_alone(maker: Maker, bundle: Path, tmp_path: Path) -> None:
    again = maker.tool(
        *("--target", "debian-12", "--key", maker.key, "--wheels", maker.work / f"wheels-{VERSION}", "--out", tmp_path)
    )
    assert Path(again.strip()).read_bytes() == bundle.read_bytes()


def test_the_private_key_is_not_made_inside_the_repository(maker: Maker) -> None:
    with pytest.raises(AssertionError, match="outside the repository"):
        maker.tool("--new-key", ROOT / "key.pem")
    assert not (ROOT / "key.pem").exists()


def test_the_carried_installer_refuses_another_system_before_it_does_anything(bundle: Path, tmp_path: Path) -> None:
    with tarfile.open(bundle) as tar:
        tar.extractall(tmp_path, filter="data")
    folder = next(tmp_path.glob("printserver-*"))
    with (folder / "requirements.txt").open("a") as file:
        file.write("# altered\n")
    ran = subprocess.run([folder / "install", "--demonstracao"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("install: ")
    assert len(ran.stderr.splitlines()) == 1


def _public(maker: Maker) -> bytes:
    openssl = ["openssl", "pkey", "-in", str(maker.key), "-pubout"]
    return subprocess.run(openssl, capture_output=True, check=True).stdout


def test_b3_the_program_is_installed_alone_and_then_serves_the_office_that_came_from_a_copy(
    root: Path, bundle: Path
) -> None:
    units, folder = root / "etc/systemd/system", root / "var/lib/printserver/123456"
    units.mkdir(parents=True)
    program = Path(sys.executable).with_name("printserver")

    def install(*more: str) -> str:  # without a terminal: a question is an error
        command = (program, "instalar", bundle, "--raiz", root, "--python", sys.executable, "--nao-iniciar")
        told: str = run(*command, *more).stdout
        return told

    assert "Nenhuma serventia foi criada." in install("--sem-serventia")
    assert list((root / "var/lib/printserver").iterdir()) == list((root / "etc/printserver").glob("*.env")) == []
    folder.mkdir()
    copies = "/media/Meu Disco/copias"
    restored = f'[copias]\nlugares = ["{copies}", "sftp:c@outra:/c"]\n[espelho]\npasta = "/media/espelho"\n'
    (folder / "printserver.toml").write_text(restored)
    assert "A serventia 123456 já existe" in install("--serventia", "123456")
    assert "PORTA=8631" in (root / "etc/printserver/123456.env").read_text()
    open_to = f'[Service]\nReadWritePaths="-{copies}"\nReadWritePaths="-/media/espelho"\n'
    for unit in ("printserver@", "printserver-copia@", "printserver-ensaio@", "printserver-confere@"):
        assert (units / f"{unit}123456.service.d/copias.conf").read_text() == open_to

    machine = machine_at(root)
    assert not open_folders(machine, machine.office("123456"))  # as they are
    for more in ((), ("--serventia", "123456")):  # an answer for no new office is refused, not ignored (A7)
        given = (program, "instalar", bundle, "--raiz", root, "--nao-iniciar", *more, "--copias", "/media/outro")
        refused = subprocess.run(given, capture_output=True, text=True, check=False)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "--copias: só vale para uma serventia nova, e nada foi feito" in refused.stderr
    (folder / "printserver.toml").write_text(restored.replace(copies, "/media/outro"))
    assert open_folders(machine, machine.office("123456"))
    assert '"-/media/outro"' in (units / "printserver-copia@123456.service.d/copias.conf").read_text()

    answers = ("--nome", "2º Tabelião", "--cns", "654321", "--impressora", "nenhuma", "--copias", "nenhuma")
    told = install(*answers, "--pessoa", "Conceição de Araújo Souza")  # no user name is asked for
    assert "usuário: conceicao.souza" in told
