from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from cnnviz import paths


def test_resources_are_found():
    assert (paths.resources() / "models").is_dir()


def test_home_holds_all_that_belongs_to_a_user(home: Path):
    assert [paths.config(), paths.cache(), paths.logs()] == [home / "config", home / "cache", home / "logs"]
    assert all(folder.is_dir() for folder in (paths.config(), paths.cache(), paths.logs()))
    assert paths.log_file() == home / "logs" / "cnnviz.log"


def test_without_home_the_folders_of_the_system_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CNNVIZ_HOME")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert paths.config() == platformdirs.user_config_path("cnnviz", appauthor=False)
    assert paths.config().is_dir()
