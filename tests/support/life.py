"""A full life of an office: all that can be done to seals, prints, questions, paper and the counter."""

import base64
from typing import Any

from printserver import db
from printserver.selo import assemble_code, parse_reais, url_do_qr
from support.court import Court
from support.office import FEES, Rig

WHO = {"escrevente": "maria"}
LOW_FEES = dict.fromkeys(FEES, "0.00") | {"tabeliao": "5.00"}
SEAL = {"natureza": 1, "ato": "ES", "identificador": "ATA-1", "emolumentos": FEES, **WHO}


def live(rig: Rig, court: Court | None = None) -> None:
    """Let an office do all that it can do to seals, prints and questions."""
    book = rig.livro(id="P-1", folha_inicial="010")
    rig.printed({"tipo": "minuta", "instrumento": rig.instrumento()})
    rig.printed(book)
    rig.printed(rig.traslado("P-1"))
    rig.printed(rig.traslado("P-1", 2, isento=True, motivo_isencao="ordem do juízo"))
    rig.no(rig.question(book)["id"])
    rig.yes(rig.question(book)["id"])
    rig.engine.run_once()
    _foreign(rig)
    _fichas(rig)
    _prints_that_fail(rig)
    _seals(rig)
    _paper_seals(rig)
    _signatures(rig)
    if court is not None:
        court.fail("objeta", vezes=1)
        ok(rig.call("POST", "/selos", SEAL))
        rig.engine.run_once()
        refused = rig.rows(db.selo, db.selo.c.estado == "aguardando retificação")
        ok(rig.call("POST", "/comunicacoes", {"selos": [refused[0]["codigo"]], **WHO}))
    rig.engine.run_once()


def ok(answer: Any) -> Any:
    assert answer.status in (200, 201, 202), answer
    return answer.json


def _foreign(rig: Rig) -> None:
    code = str(assemble_code("123456", 1, "ES", "ABC0000000042", 26))
    qr = url_do_qr(code, parse_reais("1.00"), parse_reais("0.00"), base64.b64encode(b"x" * 256).decode())
    external = {"selos": [{"codigo": code, "ato": "ES", "principal": True, "qr": qr}]}
    atos = [{"ato": "ES", "descricao": "Venda e compra", "emolumentos": FEES}]
    document = {"tipo": "traslado", "numero": 1, "instrumento": rig.instrumento(atos=atos)}
    rig.printed(document | {"livro_externo": external})


def _fichas(rig: Rig) -> None:
    for answer in (True, False):
        held = rig.post(rig.ficha())
        assert held.word == "selo-facultativo", held
        ok(rig.act(held.job["id"], "selo", gerar=answer))
    late = rig.post(rig.ficha())
    ok(rig.act(late.job["id"], "cancelar"))
    rig.post(rig.ficha())
    rig.clock.forward(hours=rig.office.settings.xa.pergunta_horas + 1)
    rig.engine.housekeeping()
    rig.engine.run_once()


def _prints_that_fail(rig: Rig) -> None:
    again, said, off = (rig.taken(rig.certidao())["id"] for _ in range(3))
    away = rig.out.with_name("longe")
    rig.out.rename(away)
    for _ in range(10):
        rig.clock.forward(minutes=2)
        rig.engine.run_once()
    away.rename(rig.out)
    ok(rig.act(again, "reenviar"))
    ok(rig.act(said, "folhas", paginas=[{"pagina": 1, "estado": "nao_saiu"}], imprimir="1"))
    rig.engine.run_once()
    ok(rig.act(off, "excluir", papel_em_maos=True))
    copies = rig.printed({"tipo": "minuta", "instrumento": rig.instrumento()}, copias=3)
    assert copies["estado"] == "impresso"


def _seals(rig: Rig) -> None:
    one, two = (ok(rig.call("POST", "/selos", SEAL))["codigo"] for _ in range(2))
    ok(rig.call("POST", "/vinculos", {"vinculador": one, "vinculados": [two], **WHO}))
    change = {"identificador": "ATA-2", "motivo": "número trocado", **WHO}
    newest = ok(rig.call("POST", f"/selos/{one}/retificacao", change))["codigo"]
    ok(rig.call("POST", f"/selos/{newest}/xa", {"motivo": "desistiram", **WHO}))


def _paper_seals(rig: Rig) -> None:
    today = rig.clock().date().isoformat()
    span = {"ato": "AU", "serie": "0371AJ", "de": 1, "ate": 3, "data": today, "emolumentos": LOW_FEES, **WHO}
    ok(rig.call("POST", "/hibridos", span))
    ok(rig.call("POST", "/atos-de-balcao", {"ato": "AU", "papel": "AU0371AJ 0000009", "emolumentos": LOW_FEES, **WHO}))
    ok(rig.call("POST", "/hibridos/carga", {"data": today, **WHO}))
    paper = rig.rows(db.selo, db.selo.c.origem == "hibrido")[0]["codigo"]
    ok(rig.call("POST", f"/selos/{paper}/xa", {"motivo": "papel trocado", **WHO}))
    for total in ("10.00", "12.00"):
        ok(rig.call("POST", "/diarios", {"tipo": "fotocopia", "data": today, "total": total, **WHO}))


def _signatures(rig: Rig) -> None:
    rig.printed(rig.livro(id="P-2"))
    today = rig.clock().date().isoformat()
    for said in ({"estado": "pendentes", "primeira": today}, {"estado": "completas"}):
        ok(rig.call("POST", "/instrumentos/P-2/assinaturas", said | WHO))
