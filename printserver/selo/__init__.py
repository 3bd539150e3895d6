"""The digital seal (S1–S10): code, numbers, fees, registro, signature, QR.

No HTTP, printing or templates; only `sequence` accesses the database.
"""

from printserver.selo import service_changes
from printserver.selo._tables import TableFile
from printserver.selo.atos import EXCLUSION, AtoTable, AtoType, atos_of, load_atos
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
    read_reais,
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
from printserver.selo.service_changes import ServiceChange, in_force
from printserver.selo.service_list import MAX_BYTES as LIST_BYTES
from printserver.selo.service_list import NATUREZAS as TABLE_NATUREZAS
from printserver.selo.service_list import Column, Compared, Fault, compare, read_list, unreadable, write_list
from printserver.selo.services import FILE_NAME as SERVICES_FILE
from printserver.selo.services import Service, ServiceTable, load_services, services_of
from printserver.selo.table_text import with_ato, with_services, without_ato

__all__ = [
    "ATOS_FILE",
    "COMPONENTS",
    "EXCLUSION",
    "LABELS",
    "LIST_BYTES",
    "LIVRO_TYPES",
    "NATUREZAS",
    "SERVICES_FILE",
    "TABLE_NATUREZAS",
    "ZERO",
    "AtoTable",
    "AtoType",
    "Certificate",
    "CodigoSelo",
    "Column",
    "Compared",
    "Emolumentos",
    "Fault",
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
    "ServiceChange",
    "ServiceTable",
    "TableFile",
    "UnfitCertificate",
    "WrongTotal",
    "advance",
    "align",
    "assemble_code",
    "atos_of",
    "centavos",
    "check_digit",
    "code",
    "compare",
    "format_reais",
    "from_centavos",
    "generate_test_certificate",
    "group_digits",
    "has_initials",
    "hibrido_informacao",
    "in_force",
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
    "read_list",
    "read_reais",
    "registro_line",
    "sequence_name",
    "sequential_informacao",
    "service_changes",
    "services_of",
    "split_registro",
    "take",
    "take_many",
    "unreadable",
    "url_do_qr",
    "with_ato",
    "with_services",
    "without_ato",
    "write_list",
]
