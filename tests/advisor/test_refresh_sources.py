"""Sources are made of what the environment says, and tell none of it."""

import pytest

from advisor.refresh import secrets, sources


def test_sources_are_built_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCE_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("BCE_SECRET_ACCESS_KEY", "canary-secret")
    monkeypatch.setenv("BAIDU_REGIONS", "bj, gz")
    monkeypatch.setenv("AZURE_REGIONS", "westeurope")
    monkeypatch.setenv("GPUHUNT_PROVIDERS", "runpod")
    baidu = sources.build("baidu")
    assert baidu.not_configured() == ""
    assert "canary-secret" not in repr(baidu)
    assert getattr(baidu, "regions") == ["bj", "gz"]  # noqa: B009  of this source only
    assert getattr(sources.build("gpuhunt"), "providers") == ["runpod"]  # noqa: B009  as above
    assert sources.build("azure").not_configured() == ""
    monkeypatch.delenv("BCE_ACCESS_KEY_ID")
    assert "BCE_ACCESS_KEY_ID" in sources.build("baidu").not_configured()


def test_words_hold_no_secret_no_query_and_no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_CLOUD_TOKEN", "canary-token")
    text = secrets.without_secrets(
        "GET https://user:pass@example.org/a?sig=abc failed: canary-token; see https://example.org/b"
    )
    assert text == "GET https://example.org/a failed: ***; see https://example.org/b"
    assert len(secrets.without_secrets("x" * 5000)) == 1000
