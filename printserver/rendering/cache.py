"""Kept layouts on disk: bounded, oldest use thrown out first, never one that is still in use.

A layout is two files, `HASH.pdf` and `HASH.json`, readable by the server's user alone; the second is written last, so
that what has it is whole. Many processes may write and read the same folder.
"""

import contextlib
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_HASH: Final = re.compile(r"^[0-9a-f]{64}$")
_ABANDONADO_S: Final = 3600
_ALVO: Final = 0.9
"""Part of the limit that is left after a clearing, so that not every new layout clears."""


class Cache:
    """The folder of kept layouts. `limite_mb` in MB of files; `em_uso` names the hashes that must stay."""

    def __init__(self, pasta: Path, *, limite_mb: int, em_uso: Callable[[], set[str]]) -> None:
        pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pasta = pasta
        self._limite = limite_mb * 1_000_000
        self._em_uso = em_uso
        self._tamanho: int | None = None
        self._contados: set[str] = set()
        self._lock = threading.Lock()

    def pdf(self, hash: str) -> Path:
        """Return the file of a layout's pages, which need not exist."""
        return _arquivo(self.pasta, hash, ".pdf")

    def descartar(self, hash: str) -> None:
        """Throw a layout out. The mark of wholeness goes first: no reader may find it without its pages."""
        for sufixo in (".json", ".pdf"):
            _arquivo(self.pasta, hash, sufixo).unlink(missing_ok=True)

    def usado(self, hash: str) -> None:
        """Note that a layout was made or used now, and throw out old ones when there are too many."""
        for sufixo in (".pdf", ".json"):
            with contextlib.suppress(FileNotFoundError):
                os.utime(_arquivo(self.pasta, hash, sufixo))
        with self._lock:
            if self._tamanho is None:
                self._contar()
            elif hash not in self._contados:
                self._contados.add(hash)
                self._tamanho += self._tamanho_de(hash)
            if (self._tamanho or 0) > self._limite:
                self._limpar(hash)

    def _tamanho_de(self, hash: str) -> int:
        total = 0
        for sufixo in (".pdf", ".json"):
            with contextlib.suppress(FileNotFoundError):
                total += _arquivo(self.pasta, hash, sufixo).stat().st_size
        return total

    def _contar(self) -> list[tuple[float, str, int]]:
        """Count the folder anew, and sweep what a crash left; return (last use, hash, size) of each layout."""
        self._varrer()
        achados = []
        for arquivo in self.pasta.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):
                achados.append((arquivo.stat().st_mtime, arquivo.stem, self._tamanho_de(arquivo.stem)))
        self._contados = {hash for _, hash, _ in achados}
        self._tamanho = sum(tamanho for _, _, tamanho in achados)
        return achados

    def _varrer(self) -> None:
        """Delete files half written, and pages without their mark of wholeness, once nobody can be at work on them."""
        limite = time.time() - _ABANDONADO_S
        for arquivo in self.pasta.iterdir():
            orfao = arquivo.name.startswith(".") or not arquivo.with_suffix(".json").exists()
            with contextlib.suppress(FileNotFoundError):
                if orfao and arquivo.stat().st_mtime < limite:
                    arquivo.unlink()

    def _limpar(self, atual: str) -> None:
        guardados = self._em_uso() | {atual}
        achados = self._contar()
        for _, hash, tamanho in sorted(achados):
            if (self._tamanho or 0) <= self._limite * _ALVO:
                return
            if hash in guardados:
                continue
            self.descartar(hash)
            self._contados.discard(hash)
            self._tamanho = (self._tamanho or 0) - tamanho


def gravar(pasta: Path, hash: str, pdf: bytes, ao_lado: bytes) -> None:
    """Keep a layout: each file under a temporary name, synced, renamed. Two that write the same one write the same.

    A folder that was taken away is made again: all in it can be.
    """
    pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
    ao_lado += b"\n" + _soma(hash, ao_lado)
    for sufixo, dados in ((".pdf", pdf), (".json", ao_lado)):
        destino = _arquivo(pasta, hash, sufixo)
        temporario = destino.with_name(f".{destino.name}.{os.getpid()}")
        descritor = os.open(temporario, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descritor, "wb") as arquivo:
            arquivo.write(dados)
            arquivo.flush()
            os.fsync(arquivo.fileno())
        temporario.replace(destino)


def ler(pasta: Path, hash: str) -> bytes | None:
    """Return what is kept beside the pages, or None where the layout is not whole, changed, or another's."""
    try:
        lido = _arquivo(pasta, hash, ".json").read_bytes()
    except FileNotFoundError:
        return None
    ao_lado, _, soma = lido.rpartition(b"\n")
    return ao_lado if soma == _soma(hash, ao_lado) and _arquivo(pasta, hash, ".pdf").exists() else None


def _soma(hash: str, ao_lado: bytes) -> bytes:
    return hashlib.sha256(hash.encode() + ao_lado).hexdigest().encode()


def _arquivo(pasta: Path, hash: str, sufixo: str) -> Path:
    if not _HASH.match(hash):
        raise ValueError("not the hash of a layout")
    return pasta / f"{hash}{sufixo}"
