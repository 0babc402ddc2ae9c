"""The fields of a connection."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from wslab.lab.mqtt.options import MqttOptions
from wslab.tui.mqtt.connect_form import ConnectForm
from wslab.tui.mqtt.controls import Choice, Entry, Tick
from wslab.wire.mqtt.packets import Will

URL = "ws://127.0.0.1:1/mqtt"
FULL = MqttOptions(
    URL, 4, "me", False, 100, 0, "user", "secret", Will("will", "さようなら".encode(), 2, True), insecure=True
)  # fmt: skip


class Host(App[None]):
    def __init__(self, options: MqttOptions) -> None:
        super().__init__()
        self.form = ConnectForm(options, "form")

    def compose(self) -> ComposeResult:
        yield self.form

    def put(self, name: str, text: str) -> None:
        self.query_one(f"#{name}", Entry).value = text


@pytest.mark.parametrize("options", [MqttOptions(URL), FULL])
async def test_what_is_given_comes_out_again(options: MqttOptions) -> None:
    app = Host(options)
    async with app.run_test(size=(76, 12)):
        assert app.form.target == URL
        assert app.form.options(URL) == options


async def test_what_is_changed() -> None:
    app = Host(MqttOptions(URL))
    async with app.run_test(size=(76, 12)):
        app.form.aim(" wss://broker.example/mqtt ")
        assert app.form.target == "wss://broker.example/mqtt"
        app.query_one("#mqtt-version", Choice).action_work()
        app.query_one("#mqtt-clean", Tick).action_work()
        app.put("mqtt-client-id", "me")
        app.put("mqtt-will-topic", "will")
        assert app.form.options("wss://other/") == MqttOptions(
            "wss://other/", 4, "me", clean_start=False, will=Will("will")
        )


async def test_authorities_are_a_file_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "ca.pem"
    file.write_text("")
    app = Host(MqttOptions(URL, ca_file=str(file)))
    async with app.run_test(size=(76, 12)):
        assert app.form.options(URL).ca_file == str(file)
        app.put("mqtt-ca", " ~/ca.pem ")
        assert app.form.options(URL).ca_file == str(file)
        app.put("mqtt-ca", "")
        assert app.form.options(URL).ca_file is None


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("mqtt-ca", "/no/such.pem", "ca_file '/no/such.pem': there is no such file"),
        ("mqtt-expiry", "soon", "session expiry 'soon': write a whole number from 0 to 4294967295"),
        ("mqtt-expiry", "", "session expiry ''"),
        ("mqtt-keep-alive", "65536", "keep alive 65536: write a whole number from 0 to 65535"),
        ("mqtt-will-topic", "a/#", "will topic 'a/#'"),
        ("mqtt-password", "secret", "password: it goes with a user name"),
    ],
)
async def test_wrong_fields_are_named(field: str, text: str, message: str) -> None:
    app = Host(MqttOptions(URL))
    async with app.run_test(size=(76, 12)):
        app.put(field, text)
        with pytest.raises(ValueError) as told:  # noqa: PT011 - the message is what is looked at
            app.form.options(URL)
        assert message in str(told.value)


async def test_a_password_is_not_on_the_screen() -> None:
    from wslab.tui.pictures import screen_text

    app = Host(FULL)
    async with app.run_test(size=(76, 12)) as pilot:
        await pilot.pause()
        assert "secret" not in screen_text(app)
