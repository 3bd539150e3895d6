"""The digital seal (S1–S10): code, numbers, fees, registro, signature, QR.

No HTTP, printing or templates; only `sequence` accesses the database.
"""

from printserver.selo.atos import EXCLUSION, AtoTable, AtoType, load_atos
from printserver.selo.atos import FILE_NAME as ATOS_FILE
from printserver.selo.certificate import (
    Certificate,
    PublicCertificate,
    UnfitCertificate,
    generate_test_certificate,
)
from printserver.selo.code import (
    NATUREZAS,
    CodigoSelo,
    PaperSeal,
    assemble_code,
    check_digit,
    hibrido_informacao,
    parse_paper_seal,
    read,
    sequential_informacao,
)
from printserver.selo.fees import (
    COMPONENTS,
    LABELS,
    Emolumentos,
    WrongTotal,
)
from printserver.selo.initials import has_initials, party_initials
from printserver.selo.issue import IssuedSelo, NewSelo, issue_selo
from printserver.selo.matricula import (
    LIVRO_TYPES,
    Matricula,
    group_digits,
    make_matricula,
    matricula_digits,
    parse_matricula,
)
from printserver.selo.money import (
    ZERO,
    Reais,
    centavos,
    format_reais,
    from_centavos,
    parse_reais,
)
from printserver.selo.qr import QrSelo, parse_qr, url_do_qr
from printserver.selo.registro import (
    Registro,
    parse_registro,
    registro_line,
    split_registro,
)
from printserver.selo.sequence import (
    Mode,
    advance,
    align,
    next_number,
    sequence_name,
    take,
    take_many,
)
from printserver.selo.services import FILE_NAME as SERVICES_FILE
from printserver.selo.services import Service, ServiceTable, load_services

__all__ = [
    "ATOS_FILE",
    "COMPONENTS",
    "EXCLUSION",
    "LABELS",
    "LIVRO_TYPES",
    "NATUREZAS",
    "SERVICES_FILE",
    "ZERO",
    "AtoTable",
    "AtoType",
    "Certificate",
    "CodigoSelo",
    "Emolumentos",
    "IssuedSelo",
    "Matricula",
    "Mode",
    "NewSelo",
    "PaperSeal",
    "PublicCertificate",
    "QrSelo",
    "Reais",
    "Registro",
    "Service",
    "ServiceTable",
    "UnfitCertificate",
    "WrongTotal",
    "advance",
    "align",
    "assemble_code",
    "centavos",
    "check_digit",
    "code",
    "format_reais",
    "from_centavos",
    "generate_test_certificate",
    "group_digits",
    "has_initials",
    "hibrido_informacao",
    "issue_selo",
    "load_atos",
    "load_services",
    "make_matricula",
    "matricula_digits",
    "next_number",
    "parse_matricula",
    "parse_paper_seal",
    "parse_qr",
    "parse_reais",
    "parse_registro",
    "party_initials",
    "read",
    "registro_line",
    "sequence_name",
    "sequential_informacao",
    "split_registro",
    "take",
    "take_many",
    "url_do_qr",
]
