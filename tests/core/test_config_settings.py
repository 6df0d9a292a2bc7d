"""Addresses, temporary settings, plugin lists, the cache folder, and showing all of it."""

import asyncio
import threading
from pathlib import Path

import pytest

from purveyor.config import Config, current, temporary
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability, SupplierCard

ORCHID = SupplierCard(
    name="orchid",
    title="Orchid",
    docs="",
    base_url="https://api.orchid.test/v1",
    base_urls={Capability.RERANK: "https://rerank.orchid.test"},
    regions={"sea": "https://sea.orchid.test/v1", "eu": "https://eu.orchid.test/v1"},
    key_env=("ORCHID_API_KEY",),
    base_url_env=("ORCHID_BASE_URL",),
)
CANARY = "sk-canary-0123456789"


def configured(tmp_path: Path, text: str = "", **environ: str) -> Config:
    """Make a configuration of one file and one environment."""
    (tmp_path / "purveyor.toml").write_text(text, encoding="utf-8")
    return Config.load(tmp_path / "purveyor.toml", environ={"HOME": str(tmp_path), **environ})


def test_the_address_is_the_first_one_stated(tmp_path: Path) -> None:
    """Caller, environment, file, region, card: in this order."""
    text = '[suppliers.orchid]\nbase_url = "https://file.test"\nregion = "eu"'
    all_of_them = configured(tmp_path, text, ORCHID_BASE_URL=" https://env.test\n")
    chat = Capability.CHAT
    assert all_of_them.base_url_for(ORCHID, chat, "http://[::1]:8/v1") == "http://[::1]:8/v1"
    assert all_of_them.base_url_for(ORCHID, chat) == "https://env.test"
    assert configured(tmp_path, text).base_url_for(ORCHID, chat) == "https://file.test"
    region = configured(tmp_path, '[suppliers.orchid]\nregion = "eu"')
    assert region.base_url_for(ORCHID, chat) == "https://eu.orchid.test/v1"
    assert region.base_url_for(ORCHID, chat, region="sea") == "https://sea.orchid.test/v1"
    assert configured(tmp_path).base_url_for(ORCHID, chat) == "https://api.orchid.test/v1"
    assert configured(tmp_path).base_url_for(ORCHID, Capability.RERANK).startswith("https://rerank")


def test_an_empty_address_in_the_environment_is_none(tmp_path: Path) -> None:
    """As with keys."""
    config = configured(tmp_path, ORCHID_BASE_URL=" ")
    assert config.base_url_for(ORCHID, Capability.CHAT) == "https://api.orchid.test/v1"


def test_an_unknown_region_lists_those_that_exist(tmp_path: Path) -> None:
    """The list is the answer."""
    with pytest.raises(ConfigError, match="orchid has no region 'us'; its regions: sea, eu"):
        configured(tmp_path).base_url_for(ORCHID, Capability.CHAT, region="us")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "is no address"),
        ("orchid.test/v1", "is no address"),
        (CANARY, "is no address"),
        ("https://", "names no host"),
        ("https://:80", "names no host"),
        ("https://x.test:port", "no valid port"),
        (f"https://me:{CANARY}@x.test", "holds a user name or password"),
        (f"https://x.test/v1?key={CANARY}", "holds a query"),
        ("https://x.test/v1#a", "holds a query or a fragment"),
        ("https://x.test/v 1", "holds white space"),
        ("https://x.test\\@y.test", "a backslash"),
        ("https://x.test/\x00", "unprintable"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(tmp_path: Path, address: str, said: str) -> None:
    """Naming where it came from, and never the address: it may hold a key."""
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path).base_url_for(ORCHID, Capability.CHAT, address)
    assert str(caught.value).startswith("the base_url from argument base_url ")
    assert said in str(caught.value)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("address", ["embedded://", "memory://a/b", "HTTPS://X.test:443/v1/"])
def test_schemes_are_the_transports_matter(tmp_path: Path, address: str) -> None:
    """An extension may carry what we have never heard of."""
    assert configured(tmp_path).base_url_for(ORCHID, Capability.CHAT, address) == address


def test_a_temporary_setting_counts_before_everything(tmp_path: Path) -> None:
    """Before the environment, and instead of another source of the same key."""
    text = '[suppliers.orchid]\napi_key_env = "WORK"\nregion = "eu"\n[plugins]\nallow = ["a"]'
    config = configured(
        tmp_path,
        text,
        ORCHID_API_KEY="sk-env",
        ORCHID_BASE_URL="https://env.test",
        PURVEYOR_PLUGINS="b",
        PURVEYOR_MODEL="orchid:env",
    ).under(
        {
            "defaults": {"chat": "orchid:now"},
            "suppliers": {"orchid": {"api_key": Secret("sk-now"), "base_url": "https://now.test"}},
            "plugins": {"allow": []},
        }
    )
    secret = config.secret_for(ORCHID)
    assert secret and (secret.bare(), secret.source[:18]) == ("sk-now", "temporary settings")
    assert config.base_url_for(ORCHID, Capability.CHAT) == "https://now.test"
    assert config.default_model() == "orchid:now"
    assert config.plugins().allow == ()
    assert config.settings.suppliers["orchid"].region == "eu"


def test_a_temporary_setting_ends_with_its_block() -> None:
    """Blocks may be nested; the inner one adds to the outer."""
    before = current()
    with temporary({"defaults": {"chat": "orchid:a"}}, environ={}):
        with temporary({"defaults": {"rerank": "orchid:r"}}) as inner:
            assert current() is inner
            assert (inner.default_model(), inner.default_model("rerank")) == (
                "orchid:a",
                "orchid:r",
            )
        assert current().default_model("rerank") is None
    assert current() is before


def test_a_temporary_setting_is_this_threads_only() -> None:
    """Another thread, or another task, keeps its own."""
    seen: list[str | None] = []
    with temporary({"defaults": {"chat": "orchid:a"}}, environ={}):
        thread = threading.Thread(target=lambda: seen.append(current().environ.get("PATH")))
        thread.start()
        thread.join()
        assert current().environ.get("PATH") is None
    assert seen[0]


def test_tasks_do_not_see_each_others_settings() -> None:
    """Two tasks take turns inside their blocks."""

    async def ask(name: str) -> str | None:
        with temporary({"defaults": {"chat": name}}, environ={}):
            await asyncio.sleep(0)
            return current().default_model()

    async def both() -> list[str | None]:
        return [*await asyncio.gather(ask("orchid:a"), ask("orchid:b"))]

    assert asyncio.run(both()) == ["orchid:a", "orchid:b"]


def test_a_wrong_temporary_setting_raises() -> None:
    """As the file would, without a line."""
    with (
        temporary({"defaults": {"chta": "x"}}, environ={}) as config,
        pytest.raises(ConfigError, match=r"temporary settings: defaults.chta: unknown key"),
    ):
        config.default_model()


def test_many_threads_read_one_file_once(tmp_path: Path) -> None:
    """All of them see the same settings value."""
    config = configured(tmp_path, '[aliases]\na = "orchid:m"')
    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(config.settings)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len({id(settings) for settings in seen}) == 1


def test_lists_of_plugins_come_from_the_environment_or_the_file(tmp_path: Path) -> None:
    """The environment's list takes the place of the file's; an empty one says nothing."""
    text = '[plugins]\nallow = ["a"]\ndeny = ["c"]\nchoose = { orchid = "purveyor-orchid" }'
    plugins = configured(tmp_path, text, PURVEYOR_PLUGINS=" x, y,", PURVEYOR_PLUGINS_DENY="")
    assert plugins.plugins().allow == ("x", "y")
    assert plugins.plugins().deny == ("c",)
    assert plugins.plugins().choose == {"orchid": "purveyor-orchid"}
    assert configured(tmp_path).plugins().allow is None


def test_the_cache_folder_can_be_moved_and_switched_off(tmp_path: Path) -> None:
    """Without a word it is where the system keeps caches."""
    assert configured(tmp_path).cache_folder() == f"{tmp_path}/.cache/purveyor"
    assert configured(tmp_path, XDG_CACHE_HOME="/c").cache_folder() == "/c/purveyor"
    assert configured(tmp_path, PURVEYOR_CACHE="~/c").cache_folder() == f"{tmp_path}/c"
    assert configured(tmp_path, PURVEYOR_CACHE="off").cache_folder() is None


def test_every_setting_is_shown_with_its_source(tmp_path: Path) -> None:
    """What counts, and who said so."""
    text = '[defaults]\nchat = "orchid:m"\n[suppliers.orchid]\ntimeouts = { total = 30 }'
    config = configured(
        tmp_path, text, PURVEYOR_CACHE="off", ORCHID_API_KEY=CANARY, ORCHID_BASE_URL="http://x.test"
    )
    assert [(one.name, one.value, one.source) for one in config.describe([ORCHID])] == [
        ("PURVEYOR_CACHE", "off", "environment PURVEYOR_CACHE"),
        ("suppliers.orchid.api_key", "***6789", "environment ORCHID_API_KEY"),
        ("suppliers.orchid.base_url", "http://x.test", "environment ORCHID_BASE_URL"),
        ("defaults.chat", "orchid:m", "~/purveyor.toml:2"),
        ("suppliers.orchid.timeouts.total", "30.0", "~/purveyor.toml:4"),
    ]


def test_nothing_shown_shows_a_key(tmp_path: Path) -> None:
    """Wherever a key may have been put."""
    text = f"""
        [suppliers.orchid]
        api_key_command = ["echo", "{CANARY}"]
        extra_headers = {{ X-Title = "{CANARY}" }}
        [models."orchid:m".extra_body]
        session_token = "{CANARY}"
        [observe]
        api_key = "{CANARY}"
        headers = {{ inner = ["{CANARY}"] }}
        target = "https://{CANARY}@o.test"
        [suppliers.other]
        api_key = "{CANARY}"
        [models."orchid:n"]
        max_tokens = 7
    """
    config = configured(
        tmp_path, text, ORCHID_API_KEY=f"{CANARY}é", ORCHID_BASE_URL=f"http://{CANARY}@x"
    )
    shown = {one.name: one.value for one in config.describe([ORCHID])}
    assert CANARY not in repr(config.describe([ORCHID])) + repr(config.settings)
    assert CANARY not in repr(config.settings.models) + repr(config.settings.suppliers)
    assert shown["suppliers.orchid.api_key"] == "unusable"
    assert shown["suppliers.orchid.api_key_command"] == "echo ..."
    assert shown["models.orchid:n.max_tokens"] == "7"
