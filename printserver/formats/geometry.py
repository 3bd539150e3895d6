"""Where a format's parts lie on its pages, and the check that none leaves the page or lies on another."""

from printserver.formats.model import Area, CampoImpresso, Canto, Definicao
from printserver.formats.rectangle import Retangulo, sobrepostos

LARGURA_MINIMA_DO_TEXTO = 40.0
"""mm; narrower than this no line of an act can be set."""


def do_canto(
    nome: str, canto: Canto, x: float, y: float, largura: float, altura: float, pagina: tuple[float, float]
) -> Retangulo:
    """Return the rectangle whose nearest corner lies x, y mm from the page's corner `canto`."""
    esquerda = x if canto.endswith("esquerdo") else pagina[0] - x - largura
    topo = y if canto.startswith("superior") else pagina[1] - y - altura
    return Retangulo(nome, esquerda, topo, largura, altura)


def do_campo(definicao: Definicao, campo: CampoImpresso, *, verso: bool = False) -> Retangulo:
    """Return where a printed field lies; on a mirrored back it is mirrored."""
    pagina = (definicao.pagina.largura, definicao.pagina.altura)
    onde = do_canto(f'campo "{campo.texto}"', campo.canto, campo.x, campo.y, campo.largura, campo.altura, pagina)
    return onde.espelhado(pagina[0]) if verso and definicao.margens.espelhadas else onde


def do_bloco_fixo(definicao: Definicao, *, verso: bool = False) -> Retangulo:
    """Return where a block that does not follow the text lies, turned as the format says."""
    bloco = definicao.bloco
    assert bloco.canto and bloco.x is not None and bloco.y is not None and bloco.altura is not None
    largura, altura = definicao.largura_do_bloco, bloco.altura
    if bloco.rotacao in (90, 270):
        largura, altura = altura, largura
    pagina = (definicao.pagina.largura, definicao.pagina.altura)
    onde = do_canto("bloco do selo", bloco.canto, bloco.x, bloco.y, largura, altura, pagina)
    return onde.espelhado(pagina[0]) if verso and definicao.margens.espelhadas else onde


def do_texto(definicao: Definicao, *, verso: bool = False) -> Retangulo:
    """Return the text area of a front or back."""
    frente = definicao.texto
    return frente.espelhado(definicao.pagina.largura) if verso and definicao.margens.espelhadas else frente


def conferir_geometria(definicao: Definicao) -> None:
    """Raise `ValueError` (Portuguese) where a part leaves the page or lies on another, on front or back."""
    if definicao.texto.largura < LARGURA_MINIMA_DO_TEXTO or definicao.texto.altura < LARGURA_MINIMA_DO_TEXTO:
        raise ValueError(
            "margens: sobra uma área de texto de"
            f" {definicao.texto.largura:.1f} × {definicao.texto.altura:.1f} mm; o mínimo é 40 × 40 mm"
        )
    if definicao.bloco.onde == "fim" and definicao.largura_do_bloco > definicao.texto.largura + 0.01:
        raise ValueError(
            f"bloco.largura: {definicao.largura_do_bloco} mm não cabe na área do texto,"
            f" de {definicao.texto.largura:.1f} mm"
        )
    for verso in (False, True) if definicao.margens.espelhadas or definicao.areas else (False,):
        for paginas in ("primeira", "demais"):
            _conferir_partes(definicao, _partes(definicao, paginas, verso=verso), "verso" if verso else "frente")


def _partes(definicao: Definicao, paginas: str, *, verso: bool) -> list[Retangulo]:
    """Return all that lies on one kind of page: the first, or one of the others."""
    lado = "verso" if verso else "frente"
    campos = [campo for campo in definicao.campos if campo.paginas in (paginas, "todas", "ultima")]
    partes = [do_texto(definicao, verso=verso)]
    partes += [_da_area(area) for area in definicao.areas if area.lado in (lado, "ambos")]
    partes += [do_campo(definicao, campo, verso=verso) for campo in campos]
    if definicao.bloco.onde != "fim":
        partes.append(do_bloco_fixo(definicao, verso=verso))
    return partes


def _conferir_partes(definicao: Definicao, partes: list[Retangulo], lado: str) -> None:
    pagina = definicao.pagina
    for parte in partes:
        fora = parte.x < -0.01 or parte.y < -0.01
        if fora or parte.x + parte.largura > pagina.largura + 0.01 or parte.y + parte.altura > pagina.altura + 0.01:
            raise ValueError(f"{parte.nome}: sai da página de {pagina.largura} × {pagina.altura} mm ({lado})")
    if par := sobrepostos(partes):
        raise ValueError(f"{par[1].nome}: fica sobre {par[0].nome} ({lado}); mude a posição ou aumente a margem")


def _da_area(area: Area) -> Retangulo:
    return Retangulo(f'área pré-impressa "{area.nome}"', area.x, area.y, area.largura, area.altura)
