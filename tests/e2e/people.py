"""A person at a browser: logs in, looks, clicks; notes every fault met on the way."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
from playwright.sync_api import Browser, Locator, Response

from tenants.accounts.models import User
from tests.factories import PASSWORD

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
_HREFS = "links => links.map(link => link.getAttribute('href'))"


class Person:
    """One user's session in a browser of their own.

    Attributes:
        faults: console errors, refused scripts and styles, answers of 500 and above, links that lead nowhere,
            pages wider than the screen.
    """

    def __init__(self, browser: Browser, user: User, host: str, *, phone: bool, scripts: bool, pictures: Path) -> None:
        self.user, self.host, self.base = user, host, f"http://{host}"
        self.faults: list[str] = []
        self._pictures = pictures
        self._known_links: set[str] = set()
        self._context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self._context.set_default_timeout(10_000)
        self.page = self._context.new_page()
        self.page.on("console", lambda line: self._note(line.text, happened=line.type == "error"))
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("response", self._judge)

    def _note(self, what: str, *, happened: bool = True) -> None:
        if happened:
            self.faults.append(f"{self.user.username}@{self.page.url}: {what}")

    def _judge(self, answer: Response) -> None:
        self._note(f"{answer.status} {answer.url}", happened=answer.status >= 500)

    def login(self) -> None:
        """Log in as people do, from the door of the unit."""
        self.page.goto(self.base)
        self.page.get_by_label("登录名或手机号").fill(self.user.username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.press("登录")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def go(self, path: str) -> None:
        """Open an address of the own host."""
        self.page.goto(urljoin(self.base, path))

    def press(self, name: str) -> None:
        """Click the visible button or link of that name."""
        button = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        button.locator("visible=true").first.click()

    def follow(self, words: str) -> None:
        """Click the visible link that holds the words in the main part of the page."""
        self.page.locator("#main a").filter(has_text=words).locator("visible=true").first.click()

    def sees(self, *words: str) -> None:
        """Check that the words stand visibly in the page."""
        for word in words:
            self.place(word).wait_for(state="visible")

    def place(self, words: str) -> Locator:
        """Return the first visible place that holds the words."""
        return self.page.get_by_text(words).locator("visible=true").first

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return self.page.locator("body").inner_text()

    def look(self, picture: str) -> None:
        """Keep a picture of the page, and try its links."""
        self.page.wait_for_load_state("networkidle")
        self._pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self._pictures / f"{picture}.png")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self._note(f"{wide} px wider than the screen", happened=wide > 0)
        for href in self.page.locator("a[href]").evaluate_all(_HREFS):
            self._try(href)

    def _try(self, href: str) -> None:
        where = urlsplit(urljoin(self.page.url, href))
        link = f"{where.path}?{where.query}"
        if where.netloc != self.host or link in self._known_links:
            return
        self._known_links.add(link)
        status = self.status(link)
        self._note(f"link {href} answers {status}", happened=status >= 400)

    def lose_the_network(self, *, lost: bool) -> None:
        """Cut this person's browser off, or give the network back."""
        self._context.set_offline(lost)

    def slow_down(self, bytes_a_second: int) -> None:
        """Let the browser send no faster than that."""
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
        self._context.new_cdp_session(self.page).send("Network.emulateNetworkConditions", limits)

    def forgive(self, words: str) -> None:
        """Drop the faults that hold the words: the test brought them about, and asks that there was one."""
        kept = [fault for fault in self.faults if words not in fault]
        assert len(kept) < len(self.faults), words
        self.faults[:] = kept

    def status(self, path: str) -> int:
        """Return the status of an address for this person, without opening it in the browser."""
        return self.fetch(path).status_code

    def fetch(self, path: str) -> httpx.Response:
        """Return what an address answers to this person, redirects followed."""
        cookies = {cookie["name"]: cookie["value"] for cookie in self._context.cookies(self.base)}
        head = {"Host": self.host, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        here = f"http://127.0.0.1:{self.host.rsplit(':')[-1]}"
        with httpx.Client(base_url=here, headers=head, timeout=30) as client:
            answer = client.get(path)
            for _ in range(5):
                if answer.is_redirect:
                    answer = client.get(
                        urlsplit(urljoin(path, answer.headers["Location"]))._replace(netloc="").geturl()
                    )
            return answer

    def leave(self) -> None:
        """Close the browser window."""
        self._context.close()
