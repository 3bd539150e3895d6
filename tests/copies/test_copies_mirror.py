"""The mirror: every entry, chained and synced, before the answer; a medium that was away is caught up (B2)."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from copies.copied_office import copied_rig, copy, person, restore
from printserver import copies, db, incidents
from printserver.copies import release
from printserver.errors import Recusa
from printserver.office import audit, mirror, mirror_lines
from support.office import Rig


def lines(folder: Path) -> list[dict[str, Any]]:
    (path,) = folder.glob("espelho-*.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def folder_of(rig: Rig) -> Path:
    return Path(rig.office.settings.espelho.pasta)


def test_b2_each_entry_is_there_chained_before_the_answer(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa") as rig:
        job = rig.taken(rig.livro())
        found = lines(folder_of(rig))
        assert found[-1]["n"] == rig.rows(db.log)[-1]["n"]
        previous = found[0]["hash"]
        for line in found[1:]:
            assert audit.digest(previous, rig.office.cns, mirror_lines.entry_of(line, 1)) == line["hash"]
            previous = line["hash"]
        said = [line["numeros"]["trabalho"] for line in found if "trabalho" in line.get("numeros", {})]
        assert said == [{"id": job["id"], "estado": "aceito"}]
        codes = {code for line in found for code in line.get("numeros", {}).get("selos", [])}
        assert codes == set(rig.codes())
        assert found[-1]["sequencias"] == {"selo": len(codes) + 1}
        text = (next(folder_of(rig).glob("*.jsonl"))).read_text("utf-8")
        assert "Assunção" not in text


def test_b2_a_medium_that_was_away_is_said_and_caught_up(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa") as rig:
        rig.printed(rig.certidao())
        away = tmp_path / "gaveta"
        folder_of(rig).rename(away)
        folder_of(rig).mkdir()  # the place where it is mounted
        assert rig.printed(rig.livro())["estado"] == "impresso"
        copies.observe(rig.office)
        with rig.office.db.read() as conn:
            assert [each.tipo for each in incidents.open_ones(conn, 1)] == ["espelho-parado"]
            assert "Ligue o disco do espelho" in copies.standing(conn, rig.office, rig.clock()).warnings[0]
        assert list(folder_of(rig).iterdir()) == []  # no other mirror is begun there
        folder_of(rig).rmdir()
        away.rename(folder_of(rig))
        with (next(folder_of(rig).glob("*.jsonl"))).open("a") as file:
            file.write('{"n": 99, "ha')  # the power went while a line was written
        rig.office.mirror._not_before = 0.0  # the pause after a fault
        rig.printed(rig.certidao())
        copies.observe(rig.office)
        found = lines(folder_of(rig))
        assert [line["n"] for line in found[1:]] == list(range(found[0]["n"] + 1, rig.rows(db.log)[-1]["n"] + 1))
        with rig.office.db.read() as conn:
            assert incidents.open_ones(conn, 1)[0].cessou_em is not None


def test_b2_by_setting_nothing_is_sealed_nor_printed_without_it(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa", settings={"espelho": {"sem_ele": "para"}}) as rig:
        waits = rig.taken(rig.certidao())
        away = tmp_path / "gaveta"
        folder_of(rig).rename(away)
        before = rig.codes()
        answer = rig.post(rig.certidao())
        assert (answer.status, answer.word) == (503, "servidor-ocupado")
        assert "espelho" in answer.json["detail"]
        rig.engine.run_once()
        assert rig.job(waits["id"])["estado"] == "aceito"
        assert rig.codes() == before
        away.rename(folder_of(rig))
        rig.office.mirror._not_before = 0.0
        rig.engine.run_once()
        assert rig.job(waits["id"])["estado"] == "impresso"
        assert rig.post(rig.certidao()).status == 202


def test_b2_b3_a_mirror_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa") as rig:
        rig.printed(rig.certidao())
        copy(rig)
        rig.printed(rig.livro())
        back = restore(rig, tmp_path / "volta")
        path = next(folder_of(rig).glob("espelho-123456.jsonl"))
        good = path.read_text("utf-8").splitlines(keepends=True)
        before = back.state()
        wrong = tmp_path / "errado.jsonl"
        for content, said in (
            ("".join([*good[:-3], good[-3].replace('"estado":"', '"estado":"x'), *good[-2:]]), "foi alterado ou falta"),
            ("".join([*good[:4], *good[5:]]), "foi alterado ou falta"),
            ("".join([*good[:4], "lixo\n", *good[4:]]), "está estragada"),
            (good[0].replace("123456", "654321") + "".join(good[1:]), "é de outra serventia"),
            ("", "é de outra serventia"),
        ):
            wrong.write_text(content, "utf-8")
            with pytest.raises(Recusa, match=said):
                release.take_mirror(back.office, person(back), str(wrong))
            assert back.state() == before
        other = tmp_path / "copia.jsonl"
        shutil.copy(path, other)
        (back.folder / "copias.chave").unlink()
        with pytest.raises(Recusa, match="não tem a chave"):
            release.take_mirror(back.office, person(back), str(other))
        assert back.state() == before
        assert mirror.file_name("123456", "") == path.name
        back.office.db.close()
