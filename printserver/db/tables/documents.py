"""Tables of documents and their texts."""

import sqlalchemy as sa

from printserver.db.columns import (
    flag,
    json_column,
    metadata,
    moment,
    office_id,
    row_id,
    search_word,
    text,
    unique_where,
)

instrumento = sa.Table(
    "instrumento",
    metadata,
    row_id(),
    office_id(),
    text("chave", nullable=False),  # X0: the legacy program's id, normalised
    json_column("minuta"),  # the newest minuta's INSTRUMENTO, its body by hash
    moment("minuta_em"),
    text("assinaturas"),  # N11: completas | pendentes | desistencia, last reported; null: as when the livro was printed
    sa.Column("primeira_assinatura", sa.Date),  # the 30 days of N11 count from it
    json_column("registro"),  # of Registro Civil: the newest ASSENTO, without its text
    sa.Column("matricula", sa.String(32)),  # of that assento (C10)
    text("processo"),  # normalised: the habilitação of this office that an assento de casamento rests on (C18)
    sa.UniqueConstraint("serventia_id", "chave"),
    sa.Index("ix_instrumento_matricula", "serventia_id", "matricula"),
    sa.Index("ix_instrumento_processo", "serventia_id", "processo"),
    sa.Index("ix_instrumento_assinaturas", "serventia_id", "assinaturas"),
)


documento = sa.Table(
    "documento",
    metadata,
    row_id(),
    office_id(),
    sa.Column("instrumento_id", sa.BigInteger, sa.ForeignKey("instrumento.id")),
    text("tipo", nullable=False),
    text("chave", nullable=False),  # X0: identifies "the same document"
    sa.Column("numero", sa.Integer),  # of a traslado
    sa.UniqueConstraint("serventia_id", "chave"),
    sa.Index("ix_documento_instrumento", "serventia_id", "instrumento_id"),
)


nome = sa.Table(
    "nome",  # what people call a document by; persons' names are taken away after the office's term (LGPD)
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), primary_key=True, autoincrement=False),
    text("titulo"),
    json_column("partes"),  # [{"nome", "qualidade"}]; null: taken away, or none
    text("iniciais"),  # left of the names that were taken away
    moment("desde", nullable=False),  # of the newest print: the term counts from it
    sa.Index("ix_nome_desde", "serventia_id", "desde"),
)


palavra = sa.Table(
    "palavra",  # the words that a document is found by, as `common.text.search_words` writes them
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    search_word("palavra"),
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), primary_key=True, autoincrement=False),
    flag("pessoal"),  # of title or names: taken away with them
    sa.Index("ix_palavra_documento", "serventia_id", "documento_id", "palavra"),
)


corpo = sa.Table(
    "corpo",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True),
    text("formato", nullable=False),
    text("conteudo", nullable=False),
)


formato = sa.Table(
    "formato",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("versao", sa.String(64), primary_key=True),
    text("nome", nullable=False),
    json_column("definicao", nullable=False),  # its `modelos` names the row that holds the templates
)


formato_versao = sa.Table(
    "formato_versao",  # the files of a format as they were kept at a screen, or found changed by hand
    metadata,
    row_id(),
    office_id(),
    text("nome", nullable=False),
    sa.Column("numero", sa.Integer, nullable=False),  # from 1, of each name
    sa.Column("sha256", sa.String(64), nullable=False),  # of the files (formats.files.digest)
    json_column("arquivos"),  # path → text; null: the office's files were deleted
    text("origem", nullable=False),  # programa | tela | importado | copiado | volta | mao | apagado
    text("quem"),  # usuario; null: found changed by hand, or as it comes with the program
    text("motivo"),
    moment("criada_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "nome", "numero"),
)


modelo = sa.Table(
    "modelo",  # a version of an RTF model of the office; the newest of a name is in force
    metadata,
    row_id(),
    office_id(),
    text("nome", nullable=False),  # as programs name it
    text("chave", nullable=False),  # the name without case
    sa.Column("numero", sa.Integer, nullable=False),  # from 1, of each name
    sa.Column("sha256", sa.String(64), nullable=False),  # of the file
    text("arquivo", nullable=False),  # its path in the folder that was imported
    text("tipo", nullable=False),
    text("formato"),  # that of its paper and margins; null: it cannot be printed
    text("estado", nullable=False),  # pronto | conferir | recusado
    json_column("exame", nullable=False),  # reasons, notices, variables, pages
    json_column("escolha", nullable=False),  # kind and format that a person chose; null: by text, paper and margins
    json_column("conferido"),  # the reasons that a person cleared: who, when, why
    text("origem", nullable=False),  # importado | conferido | corrigido
    text("quem"),
    text("motivo"),  # why a person cleared or corrected it
    moment("criada_em", nullable=False),
    sa.UniqueConstraint("serventia_id", "chave", "numero"),
)


modelo_arquivo = sa.Table(
    "modelo_arquivo",
    metadata,
    sa.Column("serventia_id", sa.Integer, sa.ForeignKey("serventia.id"), primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("conteudo", sa.LargeBinary, nullable=False),
)


folha_lado = sa.Table(
    "folha_lado",
    metadata,
    row_id(),
    office_id(),
    text("livro", nullable=False),
    sa.Column("folha", sa.Integer, nullable=False),
    text("lado", nullable=False),  # frente | verso
    sa.Column("documento_id", sa.BigInteger, sa.ForeignKey("documento.id"), nullable=False),
    sa.Column("job_id", sa.String(32), nullable=False),
    text("estado", nullable=False),  # ocupada | livre | inutilizada
    sa.Index("ix_folha_lado_documento", "serventia_id", "documento_id"),
    unique_where("uq_folha_lado", "serventia_id", "livro", "folha", "lado", where="estado <> 'livre'"),
)
