"""One embedded instance: its folder, lock, secret and port."""

import socket
import stat
from pathlib import Path

import pytest

from advisor.embedded.home import HOST
from advisor.embedded.instance import FolderUnusable, ensure_secret_key, require_free_port, take_folder
from advisor.errors import BadInput
from advisor.web.healthcheck import healthy


def test_a_second_instance_in_the_same_folder_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    first = take_folder(tmp_path / "var")
    with pytest.raises(BadInput, match=r"already runs from .*var \(process \d+\)"):
        take_folder(tmp_path / "var")
    first.close()
    take_folder(tmp_path / "var").close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderUnusable, match="file/var cannot be written: Not a directory"):
        take_folder(tmp_path / "file" / "var")


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    first = ensure_secret_key(file)
    assert len(first) >= 50
    assert ensure_secret_key(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ensure_secret_key(tmp_path / "other") != first


def test_a_port_that_is_taken_is_said_before_any_work() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BadInput, match=f"Port {port} of 127.0.0.1 cannot be used") as caught:
            require_free_port(port)
        assert f"PORT={port + 1} make run" in caught.value.details[0]
        assert not healthy(port=1)
    require_free_port(port)
