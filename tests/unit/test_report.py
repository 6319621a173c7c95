"""Reports: the answer follows the numbers, nothing unknown is printed as a number, the page needs nothing but itself."""

import datetime
import math
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from experiments.forking import fork as live_fork
from results import style
from results.answer import answer_of, answer_of_effects, funds_and_fees, mechanism_of, verdict
from results.effects import mean_interval, pairs_needed
from results.forked import dip, interest_given_up, sources, winners
from results.measures import MEASURES
from results.numbers import MINUS, Writer, decimals_for, digits
from results.page import render
from results.report import compare_page, fork_page, fork_report, run_page
from results.tables import tried_table
from results.words import FACTS, WORDS, Words
from scenarios import load
from tests.unit.made_up import made_up_comparison, made_up_fork

NOISE = np.array([-1.0, .5, 1.2, -.3, -.4])


class Text(HTMLParser):
    """What a reader sees, and every address the page refers to."""

    def __init__(self, page):
        super().__init__()
        self.words, self.addresses, self.tags, self._hidden = [], [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in ("style", "script")
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "srcset", "data", "poster")]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


# --- the answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("difference, low, high, kind", [
    (50e6, 40e6, 60e6, "created"), (10e6, 5e6, 15e6, "partly"), (-2e6, -17e6, 14e6, "moved"), (-30e6, -40e6, -20e6, "destroyed"),
    (10e6, -40e6, 60e6, "undecided"), (10e6, math.nan, math.nan, "one_pair")])
def test_the_verdict_follows_from_the_interval(difference, low, high, kind):
    assert verdict(difference, low, high, promoted=100e6) == kind


def test_lending_that_comes_back_out_of_the_next_days_was_moved():
    answer = answer_of(made_up_fork(2e6 * NOISE))
    assert answer.startswith("It moves lending rather than creating it: over 20 days lending changed by")
    assert "5 pairs) after 100 M CNY was lent at the cut rate in 39 minutes." in answer.replace("\N{NO-BREAK SPACE}", " ")


def test_lending_that_stays_was_created_and_the_share_is_said():
    answer = answer_of(made_up_fork(60e6 + 2e6 * NOISE))
    assert answer.startswith("It creates lending: over 20 days lending rose by 60.0") and "60% of the 100" in answer


def test_lending_that_falls_was_lost():
    assert answer_of(made_up_fork(-60e6 + 2e6 * NOISE)).startswith("It loses lending: over 20 days lending fell by 60.0")


def test_a_wide_interval_is_undecided_and_says_how_many_pairs_would_decide():
    fork = made_up_fork(50e6 * NOISE)
    answer = answer_of(fork)
    row = fork.effects.set_index("measure").loc["drawn"]
    needed = pairs_needed(row.low, row.high, 5, 25e6)
    assert answer.startswith("Undecided") and f"about {needed:.0f} pairs would tell" in answer.replace("\N{NO-BREAK SPACE}", " ")


def test_one_pair_gives_no_interval_and_no_verdict():
    assert answer_of(made_up_fork([3e6])).startswith("Undecided: one pair of paths gives no interval")


def test_too_few_winners_give_no_minutes():
    answer = answer_of(made_up_fork(2e6 * NOISE, winners=70))
    assert "too few winners simulated" in answer and "minutes:" in answer and not re.search(r"in \d+.minutes", answer)


def test_a_promotion_nobody_used_has_no_effect_to_speak_of():
    fork = made_up_fork(0 * NOISE)
    for each in fork.with_tactics:
        each.daily["drawn_promoted"] = 0.0
    assert answer_of(fork) == "Nothing was lent at the cut rate, so there is no effect to speak of."


def test_a_comparison_names_what_changed_and_never_calls_the_rest_zero():
    effects = pd.DataFrame({"measure": ["drawn", "gmv"], "baseline": 1e9, "value": 1e9, "difference": [-5e6, 1e5], "low": [-6e6, -2e6],
                            "high": [-4e6, 2.2e6], "n": 8})
    answer = answer_of_effects(effects, 30, 8).replace("\N{NO-BREAK SPACE}", " ")
    assert answer == (f"Over 30 days lending changed by {MINUS}5.0 M CNY ({MINUS}6.0 to {MINUS}4.0); no detectable change of sales "
                      "(8 pairs, 95% intervals).")


def test_an_answer_about_customers_speaks_of_a_fund_and_of_fees_where_they_moved():
    names = ["users", "fund_assets", "own_fee", "entrant_share"]
    effects = pd.DataFrame({"measure": names, "baseline": 1.0, "value": 1.0, "difference": [3.0, 5e8, 0.0, np.nan],
                            "low": [1.0, 4e8, 0.0, np.nan], "high": [5.0, 6e8, 0.0, np.nan], "n": 8})
    answer = answer_of_effects(effects, 30, 8, about_customers=True)
    assert "assets of the fund" in answer and "fee" not in answer and "entrants" not in answer


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_run_says_what_is_in_a_fund_and_what_consumers_pay_where_there_is_one_and_they_do(lang):
    fund = {"fund_assets": 3e9, "fund_users": 1e6, "fund_yield": .0471}
    fees = {"own_fee": .007, "rival_fee": .0059, "entrant_share": .031}
    assert funds_and_fees({"gmv": 1e9, **dict.fromkeys((*fund, *fees), np.nan)}, lang) == []
    assert funds_and_fees(dict.fromkeys(fees, 0.0), lang) == []
    said = " ".join(funds_and_fees({**fund, **fees}, lang))
    assert all(number in said for number in ("4.71%", "0.70%", "0.59%", "3.1%"))


def test_settings_in_lists_and_tables_are_written_out():
    tables = [tried_table(load(name), Words("en")) for name in ("yuebao", "bank-opens-shop")]
    written = " ".join(row[1].text for table in tables for _, rows in table.groups for row in rows)
    assert "2013-11-01, 2014-01-02" in written and "aware_share 0." in written and "datetime" not in written and "=" not in written


@pytest.mark.parametrize("name, tried", [("yuebao", "fund (money_market_fund)"), ("bank-opens-shop", "bank_shop"),
                                         ("price-war", "focal-price (best_response)")])
def test_products_entrants_and_strategies_are_among_what_was_tried(name, tried):
    assert tried in [heading for heading, _ in tried_table(load(name), Words("en")).groups]


def test_promoted_lending_is_what_was_there_anyway_what_was_brought_forward_and_what_is_new():
    parts = sources(made_up_fork(3e6 + 0 * NOISE)).set_index("part")["cny"]
    assert parts["promoted"] == pytest.approx(100e6)
    assert parts["anyway"] == pytest.approx(34e6) and parts["soon"] == pytest.approx(66e6) and parts["new"] == pytest.approx(3e6)
    assert parts[["anyway", "soon", "later", "new"]].sum() == pytest.approx(parts["promoted"])


def test_the_dip_is_a_share_of_ordinary_lending_of_the_next_three_days():
    fork = made_up_fork(0 * NOISE)
    ordinary = np.mean([each.daily["drawn"].iloc[1:4].sum() for each in fork.without])
    assert dip(fork).mean == pytest.approx(-66e6 / ordinary, rel=.02) and dip(fork).is_detected
    assert "34\N{NO-BREAK SPACE}M\N{NO-BREAK SPACE}CNY would have been lent that day anyway" in mechanism_of(fork)


def test_interest_given_up_is_draws_times_rate_times_cut_times_life():
    given = interest_given_up(made_up_fork(0 * NOISE))
    assert given.life_days == 7.3
    assert given.direct.mean == pytest.approx(100e6 * .00055 * .25 * 7.3, rel=.001)


def test_fifths_of_shops_hold_a_fifth_each_and_shares_sum_to_one():
    table = winners(made_up_fork(0 * NOISE))
    assert len(table) == 5 and table["shops_share"].between(.19, .21).all()
    assert table[["winners_share", "promoted_share", "ordinary_share"]].sum().tolist() == pytest.approx([1, 1, 1])
    assert not len(winners(made_up_fork(0 * NOISE, past=False)))


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half, decimals", [(15.9, 0), (1.59, 1), (.159, 2), (159, -1), (0, 0), (math.nan, 0)])
def test_an_interval_says_how_many_digits_a_difference_has(half, decimals):
    assert decimals_for(half) == decimals


def test_numbers_are_written_with_true_minus_and_no_minus_zero():
    written = [digits(-1234.56, 1), digits(-.04, 1), digits(3, 0, sign=True), digits(1555, -2)]
    assert written == [f"{MINUS}1,234.6", "0.0", "+3", "1,600"]


def test_money_is_written_in_the_units_of_the_language():
    english, chinese = Writer("en"), Writer("zh")
    assert english.difference(-1.6e6, -17.4e6, 14.2e6, "CNY") == (f"{MINUS}2\N{NO-BREAK SPACE}M\N{NO-BREAK SPACE}CNY", f"{MINUS}17 to +14")
    assert chinese.difference(-1.6e6, -17.4e6, 14.2e6, "CNY") == (f"{MINUS}200万元", f"{MINUS}1,700 至 +1,400")
    pool = 99_999_800
    assert [english.level(pool, "CNY", 3), chinese.level(pool, "CNY", 3)] == ["100\N{NO-BREAK SPACE}M\N{NO-BREAK SPACE}CNY", "1.00亿元"]
    assert english.minutes(math.inf) == "pool lasts" and english.level(math.nan, "CNY") == "not known"


def test_pairs_needed_detect_the_effect_with_the_power_asked_for():
    rng = np.random.default_rng(3)
    first = rng.normal(0, 1, 12)
    _, low, high = mean_interval(first)
    n = int(pairs_needed(low, high, 12, first.std(ddof=1)))  # an effect of one standard deviation
    assert n in (10, 11)
    found = np.mean([mean_interval(rng.normal(1, 1, n))[1] > 0 for _ in range(4000)])
    assert found == pytest.approx(.82, abs=4 * math.sqrt(.8 * .2 / 4000) + .03)
    assert pairs_needed(math.nan, math.nan, 1, 1.0) == math.inf and pairs_needed(-1, 1, 5, 0.0) == math.inf


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages():
    fork = made_up_fork(2e6 * NOISE)
    return {lang: render(fork_page(fork, lang), lang) for lang in ("en", "zh")}


def test_a_page_lists_every_measure_in_the_words_of_its_language(pages):
    english, chinese = (Text(pages[lang]).text for lang in ("en", "zh"))
    for name, each in MEASURES.items():
        assert name in english and each.meaning in english
        assert name in chinese and each.chinese in chinese


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_prints_no_number_that_is_not_one(pages, lang):
    assert unknown(pages[lang]) == []


def unknown(page):
    """What would be a missing number, printed."""
    return re.findall(r"\b(?:nan|inf|None|NaN|NaT|undefined|True|False)\b", Text(page).text)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_refers_to_nothing_outside_itself(pages, lang):
    assert outside(pages[lang]) == []
    assert len(pages[lang].encode()) < 3e6


def outside(page):
    """Every address on the page that is not a place on it."""
    found = [each for each in Text(page).addresses if not each.startswith(("#", "data:"))]
    found += re.findall(r"url\((?!#)[^)]*\)|@import[^;]*", page)
    return found + re.findall(r"https?://\S+", re.sub(r'xmlns(:\w+)?="[^"]*"', "", page))


def test_links_and_ids_of_a_page_meet(pages):
    text = Text(pages["en"])
    ids = [attributes["id"] for _, attributes in text.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {each[1:] for each in text.addresses if each.startswith("#")} <= set(ids)


def test_pictures_and_tables_can_be_read_without_seeing_them(pages):
    text = Text(pages["en"])
    drawings = [attributes for tag, attributes in text.tags if tag == "svg" and attributes.get("role") == "img"]
    assert len(drawings) >= 10 and all(len(each["aria-label"]) > 20 for each in drawings)
    assert all(attributes.get("aria-hidden") for tag, attributes in text.tags if tag == "svg" and attributes.get("role") != "img")
    assert all(attributes.get("scope") for tag, attributes in text.tags if tag == "th")


def test_every_figure_lies_beside_the_page_as_png_pdf_and_the_numbers_behind_it(tmp_path):
    page = fork_report(made_up_fork(2e6 * NOISE), tmp_path)
    assert page == tmp_path / "report.html" and outside(page.read_text(encoding="utf-8")) == []
    files = {each.name for each in (tmp_path / "figures").iterdir()}
    flows = {f"flows_{which}.csv" for which in ("with", "without")}
    assert flows <= files
    files -= flows
    names = {each.rsplit(".", 1)[0] for each in files}
    assert files == {f"{name}.{ending}" for name in names for ending in ("png", "pdf", "csv")} and len(names) >= 10
    curve = pd.read_csv(tmp_path / "figures" / "sell_out.csv")
    assert curve["median_share"].is_monotonic_increasing and curve["median_share"].iloc[-1] == pytest.approx(1, abs=.001)
    pdf = (tmp_path / "figures" / "sell_out.pdf").read_bytes()
    assert b"/Type3" not in pdf and b"/Subtype /Type3" not in pdf


def test_the_first_screen_holds_question_answer_and_what_would_change_it(pages):
    source = pages["en"]
    first = source[source.index('id="answer"'):source.index("<nav")]
    for words in ("Does a limited 25%-off rate event create lending, or only move it?", "It moves lending", "5 pairs",
                  "What would change it", "Attention", "Throughput", "Depth of the cut", "Pool sold out in", "Interest given up"):
        assert words in first


def test_an_npl_ratio_of_few_bad_loans_is_not_a_number(undrawn):
    few, many = (Text(render(fork_page(made_up_fork(2e6 * NOISE, bad_loans=n)), "en")).text for n in (29, 30))
    assert "at most 29 bad loans simulated; 30 are needed" in few and "1.200%" not in few
    assert "bad loans simulated; 30 are needed" not in many and "1.200%" in many


def test_an_effect_that_is_not_detected_comes_with_the_pairs_it_would_need(pages):
    text = Text(pages["en"]).text
    assert "Not detectable with 5 pairs: the interval includes 0, which is not the same as no effect" in text
    assert "Pairs to detect it" in text


@pytest.mark.parametrize("change", [{"past": False}, {"surface": False}, {"net": [1e6]}, {"winners": 10}, {"minutes": 2000}])
def test_a_page_stands_whatever_is_missing(change):
    page = render(fork_page(made_up_fork(**{"net": 2e6 * NOISE, **change})), "en")
    assert outside(page) == [] and unknown(page) == []


def test_a_fork_without_a_promotion_is_answered_by_what_it_changed(undrawn):
    fork = made_up_fork(-60e6 + 2e6 * NOISE)
    fork.scenario = load(fork.scenario, {"tactics": []})
    for each in fork.with_tactics:
        each.daily["drawn_promoted"] = 0.0
    text = Text(render(fork_page(fork), "en")).text
    assert "lending changed by" in text and "The rush" not in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_plain_run_shows_every_measure_and_its_course(lang):
    run = made_up_fork([0.0]).without[0]
    run.summary = {**run.summary, **dict.fromkeys(FACTS, 1.0)}
    page = render(run_page(run, lang), lang)
    text = Text(page).text
    assert all(name in text for name in (*MEASURES, *FACTS)) and outside(page) == [] and unknown(page) == []


@pytest.mark.parametrize("others", [1, 2])
def test_a_comparison_shows_every_measure_of_every_scenario(others):
    names = ["flash-rate", "flash-price-only"][:others]
    comparison = made_up_comparison(2e6 * NOISE, names)
    page = render(compare_page(comparison), "en")
    text = Text(page).text
    assert text.count("drawn_promoted") == others and f"jishi compare baseline {' '.join(names)} --replicates 5 --seed 7" in text
    assert outside(page) == [] and unknown(page) == []


def test_paths_of_a_real_fork_make_a_page():
    small = {"consumers.count": 3000, "merchants.count": 150, "start": datetime.date(2012, 10, 8), "days": 22}
    lived = live_fork(load("flash-rate", small), pairs=2, surface=False)
    page = render(fork_page(lived), "en")
    assert outside(page) == [] and unknown(page) == [] and "The books balanced to 0 fen on every day" in Text(page).text
    parts = sources(lived).set_index("part")["cny"]
    assert parts["promoted"] > 0 and parts[["anyway", "soon", "later", "new"]].sum() == pytest.approx(parts["promoted"])
    assert "jishi run scenario.toml --seed 1 --replicates 2" in page  # the shipped one was changed


def test_text_from_a_scenario_cannot_become_markup():
    fork = made_up_fork(2e6 * NOISE)
    fork.scenario = load(fork.scenario, {"question": "<script>alert(1)</script>", "title": "a & <b>"})
    source = render(fork_page(fork), "en")
    assert "<script" not in source and "&lt;script&gt;" in source and "a &amp; &lt;b&gt;" in source


@pytest.mark.filterwarnings("error")
def test_a_chinese_page_has_chinese_figures_if_there_is_a_font_and_warns_of_nothing(tmp_path):
    page = fork_report(made_up_fork(2e6 * NOISE), tmp_path, "zh").read_text(encoding="utf-8")
    has_font = style.figure_language("zh") == "zh"
    assert has_font == ('aria-label="开始后各分钟' in page) == ("未安装中文字体" not in page)


@pytest.mark.filterwarnings("error")
def test_without_a_chinese_font_figures_are_in_english_and_the_page_says_so(tmp_path, monkeypatch, no_pdf):
    monkeypatch.setattr(style, "CHINESE", ())
    page = fork_report(made_up_fork(2e6 * NOISE), tmp_path, "zh").read_text(encoding="utf-8")
    assert 'aria-label="Share of the pool lent' in page and page.count("此处未安装中文字体，图中标签用英文。") == 1
    assert "No font with" not in render(fork_page(made_up_fork(2e6 * NOISE), "en"), "en")
    assert len(style.fonts()) == 1
    with style.style():  # a name of the user's own in a language no font has
        figure, axes = style.canvas()
        axes.set_title("双十一")
        figure.draw_without_rendering()
    style.save(figure, pd.DataFrame(), tmp_path, "own_name")


# --- words ------------------------------------------------------------------------------------------------------------


def test_both_languages_say_the_same_things():
    for key, (english, chinese) in WORDS.items():
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", chinese)), key


def test_every_measure_and_fact_has_a_chinese_name():
    say = Words("zh")
    assert all(re.search("[\u4e00-\u9fff]", say.measure(name)) for name in (*MEASURES, *FACTS))
