"""Errors of the operating system and the database as Portuguese clauses."""

import errno
import socket
import ssl
from typing import Final

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_BY_ERRNO: Final = {
    errno.EPERM: "operação não permitida",
    errno.ENOENT: "arquivo ou pasta não existe",
    errno.EIO: "erro de leitura ou escrita no disco",
    errno.EACCES: "sem permissão",
    errno.EBUSY: "está em uso",
    errno.EEXIST: "já existe",
    errno.ENODEV: "o dispositivo não existe",
    errno.ENOTDIR: "o caminho não é uma pasta",
    errno.EISDIR: "é uma pasta, não um arquivo",
    errno.EINVAL: "argumento inválido",
    errno.EMFILE: "arquivos abertos demais neste processo",
    errno.ENFILE: "arquivos abertos demais nesta máquina",
    errno.EFBIG: "arquivo grande demais",
    errno.ENOSPC: "disco cheio",
    errno.EDQUOT: "cota de disco esgotada",
    errno.EROFS: "o sistema de arquivos só permite leitura",
    errno.EMLINK: "ligações demais",
    errno.ENAMETOOLONG: "nome comprido demais",
    errno.ENOTEMPTY: "a pasta não está vazia",
    errno.ELOOP: "voltas demais em ligações simbólicas",
    errno.ESTALE: "a pasta de rede mudou ou sumiu",
    errno.EREMOTEIO: "erro no disco remoto",
    errno.ENOMEM: "falta memória",
    errno.ETIMEDOUT: "tempo esgotado",
    errno.ECONNREFUSED: "conexão recusada",
    errno.ECONNRESET: "a conexão foi interrompida",
    errno.EPIPE: "a conexão foi interrompida",
    errno.EHOSTUNREACH: "a máquina não pode ser alcançada",
    errno.ENETUNREACH: "a rede não pode ser alcançada",
    errno.EHOSTDOWN: "a máquina está desligada",
    errno.ENOTCONN: "sem conexão",
    errno.EADDRINUSE: "outro programa já usa essa porta",
    errno.EADDRNOTAVAIL: "o endereço não é desta máquina",
}

# Disk errors that a person can fix; the operation is then retried.
_DISK: Final = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT, errno.ENOTDIR),
        *(errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.EREMOTEIO, errno.ENODEV, errno.EBUSY, errno.ELOOP),
    }
)


def of_os(error: OSError) -> str:
    """Return the reason of an OSError, in Portuguese if it is a common one."""
    return _BY_ERRNO.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def of_connection(error: BaseException) -> str:
    """Return why a connection failed, in Portuguese if the error or its cause is a common one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "o certificado do servidor não é aceito"
        if isinstance(cause, ssl.SSLError):
            return "o servidor não aceitou a conexão segura (TLS)"
        if isinstance(cause, socket.gaierror):
            return "não há máquina com esse nome na rede"
        if isinstance(cause, TimeoutError):
            return "tempo esgotado"
        if isinstance(cause, OSError):
            return of_os(cause)
        cause = cause.__cause__ or cause.__context__
    return str(error) or type(error).__name__


def of_disk(error: BaseException) -> bool:
    """Return whether the error is a disk or folder that is temporarily unusable."""
    return isinstance(error, OSError) and error.errno in _DISK


# Parts of messages of SQLite and libpq. The first match counts.
_BY_TEXT: Final = (
    ("database is locked", "outro processo está gravando nele e não termina"),
    ("database or disk is full", "disco cheio: libere espaço"),
    ("attempt to write a readonly database", "ele só pode ser lido: confira as permissões e se o disco aceita escrita"),
    ("unable to open database file", "o arquivo não pode ser aberto: confira a pasta, as permissões e o disco"),
    ("disk I/O error", "erro de leitura ou escrita no disco"),
    ("file is not a database", "o arquivo está danificado, ou não é um banco de dados: recupere uma cópia"),
    ("disk image is malformed", "o arquivo está danificado: pare o servidor e recupere uma cópia"),
    ("unsupported file format", "o arquivo está danificado: pare o servidor e recupere uma cópia"),
    ("locking protocol", "os bloqueios do sistema de arquivos falharam: ponha o banco em um disco desta máquina"),
    ("password authentication failed", "o PostgreSQL não aceitou usuário e senha de banco.url"),
    ("no password supplied", "falta a senha do PostgreSQL em banco.url"),
    ("no pg_hba.conf entry", "o PostgreSQL não aceita esta máquina ou este usuário (pg_hba.conf)"),
    ("could not translate host name", "não há máquina com o nome que está em banco.url"),
    ("resolve host", "não há máquina com o nome que está em banco.url"),
    ("starting up", "o PostgreSQL ainda está iniciando"),
    ("shutting down", "o PostgreSQL está sendo desligado"),
    ("Connection refused", "o PostgreSQL não atende: veja se está ligado, e confira banco.url"),
    ("No such file or directory", "o PostgreSQL não atende: veja se está ligado, e confira banco.url"),
    ("timeout expired", "o PostgreSQL não responde"),
    ("too many clients", "o PostgreSQL não aceita mais conexões"),
    ("too many connections", "o PostgreSQL não aceita mais conexões"),
    ("read-only transaction", "o PostgreSQL está só para leitura"),
    ("closed the connection", "o PostgreSQL encerrou a conexão"),
    ("connection failed", "o PostgreSQL não atende: veja se está ligado, e confira banco.url"),
)


def of_database(error: DBAPIError) -> str:
    """Return the database error, in Portuguese if it is a common one."""
    return _of_said(str(error.orig))


def _of_said(said: str) -> str:
    if 'database "' in said and "does not exist" in said:
        return "o banco que está em banco.url não existe no PostgreSQL"
    known = next((told for part, told in _BY_TEXT if part in said), None)
    return known or "ele não respondeu: " + (said.splitlines() or ["sem explicação"])[0]


_NOT_MENDED_BY_WAITING: Final = ("authentication failed", "no password supplied", "pg_hba.conf", "does not exist")


def passes_by_itself(error: DBAPIError) -> bool:
    """Return whether a retry may succeed: a connection error other than wrong login or missing database."""
    return isinstance(error, OperationalError) and not any(part in str(error.orig) for part in _NOT_MENDED_BY_WAITING)


_DAMAGED: Final = ("malformed", "not a database")


def passing(error: BaseException) -> str | None:
    """Return a fault of database or disk as a Portuguese sentence; None if `error` is not one.

    The request itself is not at fault: a retry may succeed later.
    """
    if isinstance(error, PoolTimeout):
        return "O banco de dados está ocupado demais."
    if isinstance(error, DBAPIError | sqlite.Error):
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        damaged = any(part in said for part in _DAMAGED)
        if damaged or isinstance(error, OperationalError | sqlite.OperationalError):
            return f"O banco de dados falhou: {_of_said(said)}."
    if isinstance(error, OSError) and of_disk(error):
        where = f" ({error.filename})" if error.filename else ""
        return f"O disco deste servidor falhou: {of_os(error)}{where}."
    return None
