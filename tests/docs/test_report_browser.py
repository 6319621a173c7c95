"""The report in a real browser: it opens, asks nobody for anything, complains about nothing and fits a phone."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from results.report import fork_report
from tests.conftest import BROWSERS
from tests.unit.made_up import made_up_comparison, made_up_fork, made_up_sweep, no_files
from tests.unit.test_customers_page import run_of_rivals
from tests.unit.test_lift import made_up as made_up_lift
from tests.unit.test_optimise import made_up as made_up_optimum
from tests.unit.test_targets_page import planned_fork
from tests.worlds import run_of_learning

pytestmark = pytest.mark.browser
NET = 2e6 * np.array([-1.0, .5, 1.2, -.3, -.4])
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
         "--hide-scrollbars", "--disable-dev-shm-usage")
ASKS = """<script>addEventListener("load", () => {
  const beyond = each => !each.closest(".scroll, .drawing, pre") && each.getBoundingClientRect().right > innerWidth + 1;
  const tight = [...document.querySelectorAll(".tile .value")].filter(each => each.scrollWidth > each.clientWidth)
    .map(each => each.textContent);
  const wide = [...document.querySelectorAll("main *")].filter(beyond).map(each => each.tagName + "." + each.className);
  const resources = performance.getEntriesByType("resource").map(each => each.name);
  document.body.innerHTML = "<pre id=found>" + JSON.stringify({inner: innerWidth, resources, wide, tight}) + "</pre>"; });</script>"""


def opened(page, folder, *extra):
    """What the browser says on its error stream, the document afterwards, and addresses the page asked for."""
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    log = folder / "net.json"
    told = (f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", f"--log-net-log={log}", "--dump-dom", *extra)
    done = subprocess.run([browser, *QUIET, *told, page.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    events = [each.get("params", {}) for each in json.loads(log.read_text(encoding="utf-8", errors="replace"))["events"]]
    own = "not an origin"  # who asked, if it was the browser itself
    asked = {each["url"] for each in events if "url" in each and each.get("initiator", own) != own}
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return complaints, done.stdout, {each for each in asked if not each.startswith(("data:", "file:"))}

LONG = "\N{MINUS SIGN}0.082 M CNY".replace(" ", "\N{NO-BREAK SPACE}")  # as a tile may have to show
MADE_UP = {
    "fork": lambda folder, lang: fork_report(made_up_fork(NET), folder, lang),
    "comparison": lambda folder, lang: made_up_comparison(NET).report(folder, lang),
    "lift": lambda folder, lang: made_up_lift().report(folder, lang),
    "optimum": lambda folder, lang: made_up_optimum().report(folder, lang),
    "lending": lambda folder, lang: run_of_learning().report(folder, lang),
    "customers": lambda folder, lang: run_of_rivals().report(folder, lang),
    "targets": lambda folder, lang: fork_report(planned_fork(), folder, lang),
    "sweep": lambda folder, lang: made_up_sweep(folder, [{"run": 4, "reason": "<b>too long</b>", "command": "jishi"}]).report(lang=lang),
}
SAYS = {  # the start of the answer, and how many drawings there are at least
    ("fork", "en"): ("It moves lending rather than creating it", 10), ("fork", "zh"): ("活动转移而非创造放款", 10),
    ("comparison", "en"): ("Nothing is detectable over 366 days", 2), ("comparison", "zh"): ("放款额、成交额", 2),
    ("lift", "en"): ("Together the 2 tactics caused", 2), ("lift", "zh"): ("2 项手段合计带来", 2),
    ("optimum", "en"): ("The best plan found: ", 5), ("optimum", "zh"): ("找到的最佳方案: ", 5),
    ("lending", "en"): ("of staff and decisions and pays from", 5), ("lending", "zh"): ("小贷公司每笔贷款的人工与审批成本", 5),
    ("customers", "en"): ("120 days of lived", 8), ("customers", "zh"): ("lived 120 天", 8),
    ("targets", "en"): ("With the event: 1 of 5 targets met", 14), ("targets", "zh"): ("5 项目标中达成 1 项", 14),
    ("sweep", "en"): ("differences from the first point", 6), ("sweep", "zh"): ("与第一个设计点相比", 6),
}


@pytest.fixture(scope="module", params=SAYS, ids="-".join)
def made(request, tmp_path_factory):
    """(what it is of, language, the page); the files of its figures, which no browser opens, are left out."""
    kind, lang = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("results.figures.picture.save", no_files)
        return kind, lang, MADE_UP[kind](tmp_path_factory.mktemp("report"), lang)


def test_the_page_opens_and_asks_nobody_for_anything(made, tmp_path):
    kind, lang, page = made
    complaints, document, asked = opened(page, tmp_path)
    assert complaints == [] and asked == set()
    words, drawings = SAYS[kind, lang]
    assert words in document and document.count('<svg role="img"') >= drawings and "<b>too long" not in document


def test_a_page_that_asks_or_complains_would_be_noticed(tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text('<img src="http://127.0.0.1:9/picture.png"><script>console.error("a complaint")</script>', encoding="utf-8")
    complaints, _, asked = opened(bad, tmp_path)
    assert asked == {"http://127.0.0.1:9/picture.png"} and any("a complaint" in each for each in complaints)


@pytest.mark.parametrize("width", [500, 1200])  # headless Chromium opens no window narrower than 500
def test_nothing_on_the_page_is_wider_than_the_screen(made, tmp_path, width):
    copy = tmp_path / "copy.html"
    page = made[2].read_text(encoding="utf-8").replace("</body>", ASKS + "</body>")
    copy.write_text(re.sub('(<dd class="value">)[^<]*', f"\\g<1>{LONG}", page), encoding="utf-8")
    _, document, _ = opened(copy, tmp_path, f"--window-size={width},900")
    found = json.loads(re.search(r'<pre id="found">(.*?)</pre>', document, re.S).group(1))
    assert found["inner"] == width and found["wide"] == [] and found["resources"] == [] and found["tight"] == []
