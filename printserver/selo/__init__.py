"""The digital seal (S1–S10): code, numbers, fees, registro, signature, QR.

Ground floor: knows no HTTP, no print, no template.
"""

from printserver.selo.atos import (
    EXCLUSAO,
    TabelaDeAtos,
    TipoDeAto,
    carregar_atos,
)
from printserver.selo.certificate import Certificado, CertificadoPublico, gerar_de_teste
from printserver.selo.code import (
    NATUREZAS,
    CodigoSelo,
    SeloDePapel,
    digito,
    informacao_hibrida,
    informacao_sequencial,
    ler,
    ler_papel,
    montar,
)
from printserver.selo.fees import (
    COMPONENTES,
    ROTULOS,
    Emolumentos,
    TotalErrado,
)
from printserver.selo.initials import iniciais, tem_iniciais
from printserver.selo.issue import SeloEmitido, SeloNovo, emitir
from printserver.selo.matricula import Matricula, ler_matricula
from printserver.selo.money import (
    ZERO,
    Reais,
    centavos,
    de_centavos,
    formatar_reais,
    parse_reais,
)
from printserver.selo.qr import QrSelo, ler_qr, url_do_qr
from printserver.selo.registro import (
    Registro,
    ler_registro,
    linha_do_registro,
    partir_registro,
)
from printserver.selo.sequence import (
    Modo,
    alinhar,
    avancar,
    nome_da_sequencia,
    proximo,
    tomar,
    tomar_varios,
)
from printserver.selo.services import Servico, TabelaDeServicos, carregar_servicos

__all__ = [
    "COMPONENTES",
    "EXCLUSAO",
    "NATUREZAS",
    "ROTULOS",
    "ZERO",
    "Certificado",
    "CertificadoPublico",
    "CodigoSelo",
    "Emolumentos",
    "Matricula",
    "Modo",
    "QrSelo",
    "Reais",
    "Registro",
    "SeloDePapel",
    "SeloEmitido",
    "SeloNovo",
    "Servico",
    "TabelaDeAtos",
    "TabelaDeServicos",
    "TipoDeAto",
    "TotalErrado",
    "alinhar",
    "avancar",
    "carregar_atos",
    "carregar_servicos",
    "centavos",
    "de_centavos",
    "digito",
    "emitir",
    "formatar_reais",
    "gerar_de_teste",
    "informacao_hibrida",
    "informacao_sequencial",
    "iniciais",
    "ler",
    "ler_matricula",
    "ler_papel",
    "ler_qr",
    "ler_registro",
    "linha_do_registro",
    "montar",
    "nome_da_sequencia",
    "parse_reais",
    "partir_registro",
    "proximo",
    "tem_iniciais",
    "tomar",
    "tomar_varios",
    "url_do_qr",
]
