"""An office with copies and a mirror, and the same office brought back from them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from printserver import copies, db
from printserver.copies import release
from printserver.office import Author, copy_key
from support.office import Clock, Rig, open_rig, reopen


@contextmanager
def copied_rig(base: Path, **options: Any) -> Iterator[Rig]:
    """Give an office that copies to `base/lugar` and mirrors to `base/espelho`."""
    (base / "espelho").mkdir(parents=True)
    settings: dict[str, Any] = {
        "copias": {"lugares": [str(base / "lugar")]},
        "espelho": {"pasta": str(base / "espelho")},
    }
    for name, values in options.pop("settings", {}).items():
        settings.setdefault(name, {}).update(values)
    with open_rig(base / "serventia", settings=settings, **options) as rig:
        yield rig


def copy(rig: Rig, **options: Any) -> copies.Made:
    """Copy the office; every place must have its copy."""
    made = copies.make_copy(rig.office.current(), **options)
    assert not made.failures, made
    return made


def key_of(rig: Rig) -> str:
    key = copy_key.read(rig.folder)
    assert key is not None
    return key


def restore(rig: Rig, folder: Path, **options: Any) -> Rig:
    """Bring the office back into `folder`, and open it; its owner closes `office.db`."""
    url, clock_is_right = options.pop("url", None), options.pop("clock_is_right", False)
    source = copies.Source(rig.office.settings.copias.lugares[0], key_of(rig), **options)
    copies.restore(source, folder, "teste", rig.clock, url, clock_is_right=clock_is_right)
    return reopened(rig, folder)


def reopened(rig: Rig, folder: Path) -> Rig:
    found = reopen(folder, Clock(rig.clock.now), rig.key)
    found.numbers = rig.numbers  # its programs go on
    return found


def person(rig: Rig) -> Author:
    return Author(rig.office.serventia_id, None, None, "tereza", "tabeliao", frozenset({"selos"}), None)


def take_all_steps(rig: Rig, mirror: str, codes: list[str]) -> None:
    """Take every step of the release of a restored office, and make its copy: only a person's word is left."""
    who = person(rig)
    release.take_mirror(rig.office, who, mirror)
    listing = release.search.Arquivo(formato="csv", conteudo="\n".join(["selo", *codes]))
    release.take_court(rig.office, who, listing)
    release.take_paper(rig.office, who, "nenhum")
    copy(rig)


def sequence(rig: Rig) -> int:
    with rig.office.db.read() as conn:
        return int(conn.execute(sa.select(db.sequencia.c.proximo)).scalar_one())


def keep_only(folder: Path, *names: str) -> None:
    """Lose everything of a folder but these: a disk that died."""
    for path in folder.iterdir():
        if path.name not in names:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
