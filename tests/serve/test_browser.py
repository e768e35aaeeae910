"""The app in a real browser without a window: choose, train, see the curves move."""

from __future__ import annotations

import base64
import json
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyte
import pytest

from tests.serve.conftest import Served

SIZE = (1300, 800)


class Tab:
    """A browser tab; what its socket receives is fed to a terminal, so that the screen can be read as text."""

    def __init__(self) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service

        options = Options()
        options.binary_location = shutil.which("chromium") or ""
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={SIZE[0]},{SIZE[1]}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.screen = pyte.Screen(300, 100)
        self._stream = pyte.ByteStream(self.screen)

    def text(self) -> str:
        """Return what is on the screen now."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.webSocketFrameReceived":
                frame = message["params"]["response"]
                if frame["opcode"] == 2:
                    self._stream.feed(base64.b64decode(frame["payloadData"]))
        return "\n".join(self.screen.display)

    def until(self, condition: Callable[[str], Any], seconds: float = 90) -> Any:
        """Wait until something holds of the screen's text, and return it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition(self.text()):
                return found
            time.sleep(0.1)
        raise AssertionError(f"not on the screen in time:\n{self.text()}")

    def press(self, *keys: str) -> None:
        """Press keys in the terminal."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def control(self, letter: str) -> None:
        """Press a letter with ctrl."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys(letter).key_up(Keys.CONTROL).perform()


@pytest.fixture
def tab() -> Iterator[Tab]:
    """A tab of Chromium, where the machine has it (packages chromium and chromium-driver)."""
    pytest.importorskip("selenium")
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        pytest.skip("no chromium and chromium-driver on this machine")
    opened = Tab()
    yield opened
    opened.driver.quit()


@pytest.mark.tf
@pytest.mark.slow
def test_choose_train_and_see_the_curves_move(serve: Callable[..., Served], tab: Tab) -> None:
    """In the browser as in a terminal, and the closing page after the end."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    served = serve()
    tab.driver.get(served.address)
    tab.until(lambda text: "tuiml --task digits" in text)
    tab.driver.find_element(By.CSS_SELECTOR, ".xterm-helper-textarea").click()
    tab.press("w")  # the task in focus jumps to wine
    tab.until(lambda text: "tuiml --task wine" in text)
    tab.control("r")
    early = tab.until(lambda text: "epoch" in text and "loss" in text and "train" in text and text)
    before = tab.driver.get_screenshot_as_png()
    tab.until(lambda text: "finished" in text)

    assert tab.driver.get_screenshot_as_png() != before
    assert early != tab.text()
    assert "test accuracy" in tab.text()
    told = [entry["message"] for entry in tab.driver.get_log("browser") if entry["level"] == "SEVERE"]
    assert told == []  # nothing was fetched from elsewhere, no script failed

    tab.press("q")
    tab.until(lambda text: tab.driver.find_element(By.CSS_SELECTOR, ".closed").is_displayed())
    tab.driver.find_element(By.ID, "again").click()
    tab.screen.reset()
    tab.until(lambda text: "tuiml --task" in text)
    tab.press(Keys.ESCAPE)


@pytest.mark.slow
def test_a_page_from_elsewhere_gets_no_session(untouched: Served, tab: Tab) -> None:
    """The browser itself tells where the page comes from; it knows the token and still is refused."""
    tab.driver.get("data:text/html,<p>elsewhere</p>")
    told = tab.driver.execute_async_script(
        "const done = arguments[1], socket = new WebSocket(arguments[0]);"
        "socket.onopen = () => done('open'); socket.onclose = () => done('refused');",
        f"ws://localhost:{untouched.port}/ws/{untouched.token}?width=80&height=24",
    )

    assert told == "refused"
