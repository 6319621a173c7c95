"""Groups of owners, the first screen on shared data, the audit, and what takes the place of a baseline that cannot be paired."""

from types import SimpleNamespace

import pandas as pd
import pytest

from experiments.auditing import audit
from experiments.comparing import counterpart
from experiments.loading import all_loaded
from results.open_data import BORROWER_COLUMNS, LOOK_COLUMNS, Lens
from results.open_data_groups import group_effects, won_and_lost
from results.open_data_section import compare_answers, compare_section
from results.store import write_json, write_table
from scenarios import load
from sim.core.errors import UserError
from tests.worlds import small_market

SAYS = {"en": ("Who gains: thin files", "Who loses: nobody for certain", "Where the risk went: term loans written off"),
        "zh": ("受益者: 薄档案", "受损者: 无显著对象", "风险去向: 定期贷款核销")}


def merchants() -> pd.DataFrame:
    """Four replicates in which sharing gives every thin file a loan and leaves the others as they were."""
    rows = []
    for replicate in range(4):
        for scenario in ("credit-baseline", "open-platform"):
            for merchant in range(40):
                thin = merchant < 10
                loans = 1 if not thin or scenario == "open-platform" or merchant < replicate else 0
                rows.append({"scenario": scenario, "replicate": replicate, "merchant": merchant, "is_thin": thin, "size": "small",
                             "is_certified": True, "region": 0, "bank": "large_bank", "refuses": False, "n_refused": 1 - loans,
                             "n_loans": loans, "lent_cny": 1000.0 * loans, "apr_cny": 80.0 * loans, "n_bad": 0, "line_share": .5,
                             "n_line_bad": 0, "is_closed": False})
    return pd.DataFrame(rows)


def comparison():
    """What the page asks of a comparison."""
    scenarios = [load("credit-baseline"), load("open-platform")]
    effects = pd.DataFrame([{"scenario": "open-platform", "measure": "term_written_off", "baseline": 1e6, "value": 2e6, "difference": 1e6,
                             "low": .5e6, "high": 1.5e6, "n": 4}])
    return SimpleNamespace(scenarios=scenarios, effects=effects,
                           open_data={"merchants": merchants(), "consumers": pd.DataFrame(), "looks": pd.DataFrame()})


def test_groups_are_compared_on_the_same_owners():
    found = group_effects(merchants(), "credit-baseline", "open-platform").set_index(["group", "measure"])
    thin, known = found.loc[("thin", "access")], found.loc[("known", "access")]
    assert thin.baseline == pytest.approx(.15) and thin.scenario == 1.0 and thin.low > 0
    assert known.difference == 0
    assert ("refuses", "access") not in found.index
    both = won_and_lost(merchants(), "credit-baseline", "open-platform")
    assert both["won"].mean() == pytest.approx(.2125) and (both["lost"] == 0).all()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_screen_says_who_gains_who_loses_and_where_the_risk_went(lang):
    found = comparison()
    answers = compare_answers(found, found.scenarios[1], lang)
    for answer, begins in zip(answers, SAYS[lang]):
        assert answer.startswith(begins), answer
    section, = compare_section(found, lang)
    assert len(section.tables) == 6


def test_a_scenario_without_agreements_has_no_such_screen():
    found = comparison()
    assert compare_answers(found, found.scenarios[0], "en") == []


def test_what_a_scenario_extends_takes_the_place_of_a_baseline_of_other_days():
    names = [each.name for each in counterpart(all_loaded(["baseline", "deletion", "open-platform"]))]
    assert names == ["credit-baseline", "deletion", "open-platform"]
    assert [each.name for each in counterpart(all_loaded(["baseline", "flash-rate"]))] == ["baseline", "flash-rate"]


# --- the audit --------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    looks = pd.DataFrame([(3, 0, "2012-01-04", "bank 3", "score", "score_as_a_service", "shared_bad refuses_sharing", 2, 1, 10.0),
                          (9, 1, "2012-01-10", "p2p", "score", "score_as_a_service", "shared_bad", 1, 1, 5.0)], columns=LOOK_COLUMNS)
    borrowers = pd.DataFrame([(3, 0, "bank 3", "score", 17, False), (3, 0, "bank 3", "score", 18, True), (9, 1, "p2p", "score", 17, True)],
                             columns=BORROWER_COLUMNS)
    write_json(tmp_path / "manifest.json", {"versions": {}})
    for name, table in (("looks", looks), ("borrowers", borrowers)):
        write_table(tmp_path, f"open_data_{name}", table.set_index("day"))
    return tmp_path


def test_the_audit_lists_who_saw_which_column(folder):
    found = audit(folder).set_index(["lender", "column"])
    assert found.loc[("bank 3", "shared_bad"), ["asked", "shown"]].tolist() == [2, 1]
    assert set(audit(folder, lender="p2p")["column"]) == {"shared_bad"}


def test_the_audit_of_a_borrower_lists_every_look(folder):
    found = audit(folder, borrower=17)
    assert found[["lender", "is_shown"]].values.tolist() == [["bank 3", False], ["p2p", True]]


def test_an_audit_of_nobody_says_so(folder, tmp_path):
    for wrong, says in (({"lender": "bank 4"}, "--lender bank 4"), ({"borrower": 5}, "--borrower 5")):
        with pytest.raises(UserError, match=says):
            audit(folder, **wrong)
    (folder / "open_data_looks.parquet").unlink()
    with pytest.raises(UserError, match="no data were shared"):
        audit(folder)




def test_the_lens_counts_what_the_books_say():
    lens = Lens()
    market = small_market(after=90, observers=[lens], consumers__count=3000, merchants__count=300, days=90, large_bank__officers=3e4,
                          relationship_bank__officers=1e7, merchants__bank_application_rate=12.0, credit_payment__is_offered=True)
    table, lenders = lens.tables()["merchants"], [group.lenders for group in market.term_lenders]
    assert table["n_loans"].sum() == sum(each.n_granted.sum() for each in lenders) > 10
    lent = sum(each.granted_fen.sum() for each in lenders) / 100
    assert table["lent_cny"].sum() == pytest.approx(lent, rel=1e-3)  # with a day of interest
    assert table["n_refused"].sum() > 20
    consumers = lens.tables()["consumers"]
    assert set(consumers["is_woman"]) == {False, True} and consumers["n_asked"].sum() > 0
