"""The home of the parts: what it refuses, and what its variables say."""

from pathlib import Path

import environ
import pytest

from zhitong import parts


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(parts.PartsError, match="not empty and not ours"):
        parts.Home.open(tmp_path)


def test_only_a_folder_of_ours_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(parts.PartsError, match="nothing deleted"):
        parts.Home(tmp_path).delete()
    assert (tmp_path / "thesis.docx").exists()


def test_the_home_lies_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHITONG_HOME", str(tmp_path / "elsewhere"))
    assert parts.environment()["ZHITONG_HOME"] == str(tmp_path / "elsewhere")


def test_links_name_the_port_of_the_demo(tmp_path: Path) -> None:
    home = parts.Home.open(tmp_path)
    assert "ZHITONG_PORT" not in home.environment()
    for written, port in (('{"pid": 1, "port": 8003}', "8003"), ('{"pid": 1, "port": 0}', None), ("{", None)):
        home.demo_file.write_text(written, encoding="ascii")
        assert home.environment().get("ZHITONG_PORT") == port


@pytest.mark.parametrize("name", ["plain", "Big Case", "50%", "a+b", "直通"])
def test_the_database_address_survives_odd_folder_names(tmp_path: Path, name: str) -> None:
    home = parts.Home.open(tmp_path / name)
    found = environ.Env.db_url_config(home.environment()["DATABASE_URL"])
    assert (found["HOST"], found["NAME"], found["USER"]) == (str(home.sockets), "zhitong", "postgres")


def test_an_emptied_secret_is_not_used(tmp_path: Path) -> None:
    home = parts.Home.open(tmp_path)
    (tmp_path / "secret-key").touch()
    with pytest.raises(parts.PartsError, match="secret-key is empty"):
        home.secret_key()
