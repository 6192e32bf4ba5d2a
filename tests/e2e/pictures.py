"""Takes the pictures of docs/images from the demo's data: `python -m tests.e2e.pictures` (`make pictures`).

A demo province of its own is seeded in a home of its own, its pages are opened by the people who would, and whatever
answers with a fault ends the run. `python -m tests.e2e.pictures search wall` takes these two alone.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from zhitong.parts.demo import Demo, run_demo

PHONE, DESK, WALL = (390, 844), (1440, 900), (1920, 1080)
_OUT = Path(__file__).resolve().parents[2] / "build" / "pictures"
_PAPER_SCALE = 1.25  # of 72 dots an inch: a sheet is as wide as a page of these pictures on a narrow screen
_BYTES = "async link => Array.from(new Uint8Array(await (await fetch(link.href)).arrayBuffer()))"
_AUTHOR, _CLERK = "chenyingxin", "clerk"


def _stay(_page: Page) -> None:
    """Take the page as it opens."""


def _first(*links: str) -> Callable[[Page], None]:
    """Follow the first link that each selector finds, page by page."""

    def follow(page: Page) -> None:
        for found in links:
            page.goto(page.locator(found).first.evaluate("link => link.href"))

    return follow


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it: where, who, which address, on which screen, and what is done there first.

    `paper` selects the link to a PDF on that page, whose first sheet is the picture instead.
    """

    name: str
    host: str
    user: str
    path: str
    size: tuple[int, int] = DESK
    then: Callable[[Page], None] = _stay
    paper: str = ""


PICTURES = (
    Picture("author-home-phone", "nanhai", _AUTHOR, "/", PHONE),
    Picture(
        "journey-phone", "nanhai", _AUTHOR, "/items/?tab=approved", PHONE, _first("a.zt-item", "a[href$='/journey/']")
    ),
    Picture("write-phone", "nanhai", _AUTHOR, "/items/new/", PHONE),
    Picture("mine-phone", "nanhai", _AUTHOR, "/overview/mine/", PHONE),
    Picture("write", "nanhai", _AUTHOR, "/items/new/"),
    Picture("office", "nanhai", _CLERK, "/"),
    Picture("review", "nanhai", _CLERK, "/review/", then=_first("main a[href^='/review/tasks/']")),
    Picture(
        "look-alikes",
        "nanhai",
        _CLERK,
        "/search/?q=规范老旧小区电动自行车充电棚建设",
        then=_first(".zt-reslist h2 a", "#alikes a[href*='/review/alikes/']", "#alikes a[data-key=D]"),
    ),
    Picture("send", "nanhai", _CLERK, "/send/", then=_first("main a[href$='/send/']")),
    Picture("register", "nanhai", _CLERK, "/register/"),
    Picture("dossier", "nanhai", _AUTHOR, "/duties/"),
    Picture("inbox", "foshan", _CLERK, "/inbox/"),
    Picture("search", "nanhai", _CLERK, "/search/?q=电动自行车"),
    Picture("hot", "guangdong", _CLERK, "/search/hot/"),
    Picture("ledger", "nanhai", _CLERK, "/ranking/", then=_first("main tr[aria-selected] td.why a")),
    Picture("statistics", "foshan", _CLERK, "/ranking/statistics/"),
    Picture("circular", "foshan", _CLERK, "/circulars/", then=_first("tr:has-text('已下发') a")),
    Picture(
        "circular-paper",
        "foshan",
        _CLERK,
        "/circulars/",
        then=_first("tr:has-text('已下发') a"),
        paper="a[href$='/print.pdf']",
    ),
    Picture("overview", "foshan", _CLERK, "/overview/"),
    Picture("province", "guangdong", _CLERK, "/province/"),
    Picture("province-phone", "guangdong", _CLERK, "/province/", PHONE),
    Picture("wall", "guangdong", _CLERK, "/province/wall/", WALL),
)


def take(demo: Demo) -> int:
    """Take every picture (or those named on the command line); return 1 when a page has a fault."""
    password = (demo.home.root / "demo-password").read_text(encoding="ascii").strip()
    _OUT.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        states: dict[tuple[str, str], Path] = {}
        with tempfile.TemporaryDirectory() as kept:
            for picture in PICTURES:
                if len(sys.argv) > 1 and picture.name not in sys.argv[1:]:
                    continue
                state = states.setdefault((picture.host, picture.user), Path(kept) / f"{len(states)}.json")
                base = f"http://{picture.host}.localhost:{demo.port}"
                if not state.exists():
                    _log_in(browser, base, picture.user, password, state)
                faults += _take(browser, base, picture, state)
        browser.close()
    for fault in faults:
        demo.say(fault)
    return 1 if faults else 0


def _log_in(browser: Browser, base: str, user: str, password: str, state: Path) -> None:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("登录名或手机号").fill(user)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    context.storage_state(path=state)
    context.close()


def _take(browser: Browser, base: str, picture: Picture, state: Path) -> list[str]:
    width, height = picture.size
    is_phone = picture.size == PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=is_phone,
        is_mobile=is_phone,
        storage_state=state,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda line: faults.append(f"{picture.name}: {line.text}") if line.type == "error" else None)
    page.goto(f"{base}{picture.path}")
    picture.then(page)
    page.wait_for_load_state("networkidle")
    shot = Image.open(BytesIO(page.screenshot()))
    if picture.paper:
        shot = _first_sheet(bytes(page.locator(picture.paper).evaluate(_BYTES)))
    _keep(shot, _OUT / f"{picture.name}.png")
    context.close()
    return faults


def _first_sheet(paper: bytes) -> Image.Image:
    return pypdfium2.PdfDocument(paper)[0].render(scale=_PAPER_SCALE).to_pil()


def _keep(shot: Image.Image, path: Path) -> None:
    """Write the picture with a palette of its own: half of the bytes, and nobody sees a difference."""
    shot.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(run_demo(take))
