"""Settings: where a value comes from, what is refused and how, and that secrets are never shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bluelamp.errors import SettingsError
from bluelamp.settings import Settings, default_home, read_settings, shown_value


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def write(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "bluelamp.toml").write_text(text, encoding="utf-8")


def refused(home: Path, environment: dict[str, str] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as error:
        read_settings({"home": home}, environment or {})
    assert error.value.exit_code == 2
    assert len(str(error.value).splitlines()) <= 2
    return error.value


def test_defaults_are_safe_and_need_nothing():
    settings, origins = read_settings({}, {})
    assert settings.home == default_home()
    assert settings.police_uk_url == "https://data.police.uk"
    assert not settings.allow_private_addresses
    assert settings.worker_count >= 1
    assert set(origins.values()) == {"default"}
    assert set(origins) == set(Settings.model_fields)


def test_each_setting_has_words():
    for name, field in Settings.model_fields.items():
        assert field.description, name


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(home, tmp_path):
    write(home, "memory_mb = 500\nprocesses = 3\n")
    settings, origins = read_settings(
        {"home": home}, {"BLUELAMP_MEMORY_MB": "600", "BLUELAMP_HOME": str(tmp_path / "x")}
    )
    assert (settings.home, settings.memory_mb, settings.processes) == (home, 600, 3)
    assert origins["home"] == "flag"
    assert origins["memory_mb"] == "environment BLUELAMP_MEMORY_MB"
    assert origins["processes"] == str(home / "bluelamp.toml")
    assert origins["vault"] == "default"


def test_the_home_of_the_environment_is_where_the_file_is_looked_for(home):
    write(home, "memory_mb = 500\n")
    assert read_settings({"home": None}, {"BLUELAMP_HOME": str(home)})[0].memory_mb == 500


def test_the_machines_own_environment_is_read_once_only(home, monkeypatch):
    # What pydantic-settings would find by itself must add nothing: it would have no origin.
    monkeypatch.setenv("BLUELAMP_MEMORY_MB", "999")
    assert read_settings({"home": home}, {})[0].memory_mb == 500


def test_an_unknown_key_is_refused_with_file_line_and_near_name(home):
    write(home, "# mine\n\nmemory_mb = 500\nproceses = 2\n")
    error = refused(home)
    assert error.message == f"{home / 'bluelamp.toml'}, line 4: there is no setting “proceses”."
    assert error.hint == "Did you mean “processes”?"


@pytest.mark.parametrize("text", ["[valt]\na = 1\n", '"valt" = "x"\n', "valt='x'\n", "valt.x = 1\n"])
def test_the_line_is_found_however_the_key_is_written(home, text):
    write(home, "\n\n" + text)
    assert "line 3" in refused(home).message


def test_an_unknown_key_of_the_environment_is_refused_with_the_near_name(home):
    error = refused(home, {"BLUELAMP_MEMRY_MB": "500"})
    assert "BLUELAMP_MEMRY_MB" in error.message
    assert error.hint == "Did you mean BLUELAMP_MEMORY_MB?"
    assert "config show" in refused(home, {"BLUELAMP_XYZZY": "1"}).hint


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("memory_mb = 5\n", "memory_mb"),
        ("memory_mb = 'lots'\n", "lots"),
        ("processes = -1\n", "processes"),
        ("police_uk_url = 'data.police.uk'\n", "https://"),
        ("vault = 'ftp://x'\n", "s3://"),
        ("database = 'mysql://x'\n", "postgresql://"),
        ("allow_private_addresses = 'perhaps'\n", "allow_private_addresses"),
    ],
)
def test_nonsense_is_refused_with_file_and_line(home, text, part):
    write(home, "\n" + text)
    error = refused(home)
    assert f"{home / 'bluelamp.toml'}, line 2" in error.message
    assert part in error.message


def test_nonsense_in_the_environment_names_the_variable(home):
    assert "BLUELAMP_PROCESSES" in refused(home, {"BLUELAMP_PROCESSES": "many"}).message


def test_the_home_cannot_be_set_in_its_own_file(home):
    write(home, "home = '/elsewhere'\n")
    assert "cannot be set in the file that lies in it" in refused(home).message


@pytest.mark.parametrize("content", [b"memory_mb = \n", b"\xff\xfe", b"[[["])
def test_a_file_that_is_no_toml_is_refused(home, content):
    home.mkdir()
    (home / "bluelamp.toml").write_bytes(content)
    assert "bluelamp.toml" in refused(home).message


def test_a_home_that_lies_under_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "is, or lies under, a file" in refused(tmp_path / "file" / "home").message


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("database", "postgresql://me:hunter2@host/name", "postgresql://me:•••@host/name"),
        ("database", "postgresql://me:hun@ter2@host/name", "postgresql://me:•••@host/name"),
        ("database", "postgresql://host/name?user=me&password=hunter2", "postgresql://host/name?user=me&password=•••"),
        ("vault", "s3://key:hunter2@bucket/x", "s3://key:•••@bucket/x"),
        ("api_token", "hunter2", "•••"),
        ("vault", "s3://bucket/x", "s3://bucket/x"),
        ("memory_mb", 700, "700"),
    ],
)
def test_secrets_are_masked(name, value, shown):
    assert shown_value(name, value) == shown


def test_a_refusal_does_not_show_a_secret(home):
    assert "hunter2" not in str(refused(home, {"BLUELAMP_DATABASE": "mysql://me:hunter2@host/name"}))


def test_where_things_lie(home):
    settings, _ = read_settings({"home": home}, {})
    assert settings.database_url == f"sqlite:///{home / 'ledger.sqlite'}"
    assert settings.vault_url == str(home / "vault")
    shared, _ = read_settings({"home": home}, {"BLUELAMP_DATABASE": "postgresql://me@host/name"})
    assert shared.database_url == "postgresql+psycopg://me@host/name"


def test_reading_settings_writes_nothing(home):
    read_settings({"home": home}, {})
    assert not home.exists()


def test_a_home_in_the_persons_folder_may_be_written_with_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "lamp", "memory_mb = 555\n")
    (tmp_path / "lamp" / "bluelamp.toml").chmod(stat.S_IRUSR)
    settings, _ = read_settings({"home": "~/lamp"}, {})
    assert (settings.home, settings.memory_mb) == (tmp_path / "lamp", 555)
