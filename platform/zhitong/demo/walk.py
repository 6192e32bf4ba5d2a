"""The main job, walked over HTTP as people do it: pages opened, forms filled, words read."""

import re
import time
from collections.abc import Callable

from zhitong.core import clock, glossary
from zhitong.demo.content.national import walk_item
from zhitong.demo.pages import Browser, PageError
from zhitong.demo.world import demo_password

_PATIENCE = 90.0
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Walk:
    """One report: 南海区 writes and adopts, 佛山市 adopts, 广东省 adopts, the ranking counts it."""

    def __init__(self, port: int, say: Callable[[str], object]) -> None:
        self.port = port
        self.say = say
        self.steps = 0
        self.item = ""
        self._ledger = ""
        self.seed = walk_item(clock.today())
        # A second walk in the same platform writes another report, not the same one again.
        self.title = f"{self.seed.title}（{clock.now().astimezone(clock.SHANGHAI):%m%d%H%M%S}）"

    def run(self) -> None:
        """Walk all steps.

        Raises:
            PageError: a page did not do what it should.
        """
        with self._as("guangdong", "clerk") as province:
            before = self._points(province)
        self._write()
        with self._as("nanhai", "clerk") as district:
            self._review(district, edit="（经核实）")
            self._send(district, "foshan")
        for host, receiver in (("foshan", "guangdong"), ("guangdong", "")):
            with self._as(host, "clerk") as clerk:
                self._receive(clerk)
                self._review(clerk)
                if receiver:
                    self._send(clerk, receiver)
        self._member_sees()
        with self._as("nanhai", "clerk") as district:
            self._found(district)
        self._ranking(before)

    def _as(self, host: str, username: str) -> Browser:
        browser = Browser(host, self.port).open("/accounts/login/")
        browser.send("username", {"username": username, "password": demo_password()})
        if browser.url.startswith("/accounts/"):
            raise PageError(f"{browser.name}: {username} could not log in: {browser.text[:200]}")
        return browser

    def _done(self, who: str, words: str) -> None:
        self.steps += 1
        self.say(f"  {self.steps:>2}. {who}: {words}")

    def _write(self) -> None:
        with self._as("nanhai", self.seed.authors[0]) as author:
            author.open("/items/new/")
            author.send(
                "problem",
                {
                    "title": self.title,
                    "problem": self.seed.problem,
                    "analysis": self.seed.analysis,
                    "suggestions": self.seed.suggestions,
                    "category": self.seed.category,
                    "action": "submit",
                },
            )
            author.expect("已提交", self.title, glossary.IN_REVIEW)
            self.item = re.search(r"/items/([0-9a-f-]{36})/", author.link(r"/items/[0-9a-f-]{36}/"))[1]  # type: ignore[index]
        self._done("南海区委员", f"wrote and submitted {self.title}; the own list says 审核中")

    def _review(self, browser: Browser, edit: str = "") -> None:
        """Pass the report's task at this unit, perhaps after editing the text; the next tasks are others'."""
        browser.open("/review/")
        task = self._task(browser)
        if edit:
            browser.open(f"{task}?text=edit")
            browser.send("problem", {"problem": self.seed.problem + edit}, url="/text/")
            browser.expect("核稿已存")
        browser.open(task)
        browser.send("reason", {"verb": "pass"}, url="/decide/")
        browser.expect("已通过")
        self._done(browser.name.split(".")[0], "reviewed" + (", edited" if edit else "") + " and passed it")

    def _task(self, browser: Browser) -> str:
        """Return the page of the task of this report, looking through the worklist's pages."""
        for _ in range(30):
            for href, words in browser.titled_links():
                if self.title in words and "/review/tasks/" in href:
                    return href
            browser.open(browser.link(r"after="))
        raise PageError(f"{browser.name}: no task for {self.title}")

    def _send(self, browser: Browser, receiver: str) -> None:
        browser.open("/send/")
        browser.open(self._own(browser, "/send/"))
        choices = [value for value in browser.choices("to") if value.startswith("u:")]
        browser.send("to", {"to": choices[:1]}, url="")
        browser.expect("已报送")
        self._done(browser.name.split(".")[0], f"sent it to {receiver}")

    def _receive(self, browser: Browser) -> None:
        browser.open("/inbox/?tab=sent")
        dispatch = self._own(browser, "/inbox/")
        browser.open(dispatch).expect(self.title)
        browser.send("csrfmiddlewaretoken", {"verb": "accept"}, url="/act/")
        browser.expect("已收为本单位稿件", self.title)
        self._done(browser.name.split(".")[0], "found it in the inbox and took it in under a number of its own")

    def _own(self, browser: Browser, part: str) -> str:
        for href, words in browser.titled_links():
            if self.title in words and part in href:
                return href
        raise PageError(f"{browser.name}{browser.url}: {self.title} is not listed; the page says: {browser.text[:300]}")

    def _member_sees(self) -> None:
        with self._as("nanhai", self.seed.authors[0]) as author:
            author.open(f"/items/{self.item}/journey/")
            author.expect("南海区政协", "佛山市政协", "广东省政协", "单篇采用")
            self._done("南海区委员", "sees on one page: 南海区政协, 佛山市政协 and 广东省政协, each 单篇采用")
            self._until(lambda: self._noticed(author), "the member has no notice of the adoption by the province")
            self._done("南海区委员", "has a notice of the adoption by 广东省政协")

    def _noticed(self, author: Browser) -> bool:
        author.open("/notices/")
        return self.title in author.text and "广东省政协" in author.text

    def _found(self, district: Browser) -> None:
        words = self.title[2:12]

        def found() -> bool:
            district.open(f"/search/?q={words}&sort=time")
            return self.item in " ".join(district.links)

        self._until(found, f"search does not find {words}")
        self._done("nanhai", f"the archive finds it by “{words}”")

    def _ranking(self, before: str) -> None:
        with self._as("guangdong", "clerk") as province:
            self._until(lambda: self._points(province) != before, "the province's ranking has not moved")
            after = self._points(province)
            province.open(self._ledger).expect("省政协采用", "单篇 5")
            self._done(
                "广东省政协", f"the ranking of 南海区政协 went from {before} to {after} points; the ledger says 单篇 5"
            )

    def _points(self, province: Browser) -> str:
        """Return the points of 南海区政协 this year as the ranking shows them, and remember its ledger's page."""
        province.open("/province/units/?group=committee-county")
        pages = [href for href, words in province.titled_links() if words.startswith("南海区")]
        keys = [key for href in pages for key in re.findall(_UUID, href)]
        if not keys:
            raise PageError(f"{province.name}: the ranking of counties does not name 南海: {province.text[:300]}")
        self._ledger = province.link(f"/ranking/unit/{keys[0]}/")
        province.open(self._ledger)
        found = re.search(r"合计\s*([\d.]+)", province.text)
        return found[1] if found else "0"

    def _until(self, done: Callable[[], bool], otherwise: str) -> None:
        """Wait for the worker: it acts within seconds, but not within the request."""
        begun = time.monotonic()
        while not done():
            if time.monotonic() - begun > _PATIENCE:
                raise PageError(f"{otherwise} after {_PATIENCE:.0f} seconds")
            time.sleep(1)
