"""`jishi stress`: the same answer from every form of file, one line for each mistake, a page that stands alone."""

import re

import numpy as np
import pandas as pd
import pytest

from experiments.stressing import METHODS, stress
from sim.core.errors import UserError

NAMES = ["Aster", "Birch", "Cedar", "Dill"]
CLAIMS = np.array([[0, 40, 10, 0], [0, 0, 30, 5], [20, 0, 0, 0], [0, 10, 0, 0]], dtype=float)  # [i, j]: i has lent j
ASSETS, DEPOSITS = np.array([80.0, 90, 70, 60]), np.array([95.0, 65, 40, 50])


@pytest.fixture
def write(tmp_path):
    """write(name, table or text) -> path."""

    def to(name, content):
        path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content)
        elif name.endswith(".parquet"):
            content.to_parquet(path)
        else:
            content.to_csv(path, index=content.index.name == "bank")
        return path

    return to


def edges():
    lender, borrower = np.nonzero(CLAIMS)
    return pd.DataFrame({"lender": [NAMES[i] for i in lender], "borrower": [NAMES[j] for j in borrower],
                         "amount": CLAIMS[lender, borrower]})


def sheet(**columns):
    return pd.DataFrame({"id": NAMES, "external_assets": ASSETS, "external_liabilities": DEPOSITS} | columns)


@pytest.fixture
def balances(write):
    return write("balances.csv", sheet())


FORMS = {
    "edges.csv": edges,
    "edges.parquet": edges,
    "matrix.csv": lambda: pd.DataFrame(CLAIMS, index=pd.Index(NAMES, name="bank"), columns=NAMES),
    "shuffled.csv": lambda: pd.DataFrame(CLAIMS, index=pd.Index(NAMES, name="bank"), columns=NAMES).iloc[[2, 0, 3, 1], [1, 3, 0, 2]],
    "bare.csv": lambda: "\n".join(",".join(map(str, row)) for row in CLAIMS),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_exposures_gives_the_same_answer(form, write, balances):
    found = stress(write(form, FORMS[form]()), balances, hit=["Aster"], methods=list(METHODS))
    expected = stress(write("plain.csv", edges()), balances, hit=["Aster"], methods=list(METHODS))
    pd.testing.assert_frame_equal(found.table, expected.table)
    np.testing.assert_array_equal(found.exposures["given"].toarray(), CLAIMS)
    assert found.table["failures"].min() >= 1 and found.table["converged"].all()


def test_debts_are_the_transpose_of_claims(write, balances):
    turned = pd.DataFrame(CLAIMS.T, index=pd.Index(NAMES, name="bank"), columns=NAMES)
    found = stress(write("debts.csv", turned), balances, orientation="debts")
    np.testing.assert_array_equal(found.exposures["given"].toarray(), CLAIMS)


def test_any_two_sides_of_the_balance_sheet_are_enough(write):
    file = write("edges.csv", edges())
    equity = ASSETS + CLAIMS.sum(axis=1) - DEPOSITS - CLAIMS.sum(axis=0)
    answers = [stress(file, write(f"b{k}.csv", sheet(equity=equity).drop(columns=dropped)), hit=["Birch"]).table
               for k, dropped in enumerate(["equity", "external_assets", "external_liabilities"])]
    for other in answers[1:]:
        pd.testing.assert_frame_equal(answers[0], other)


def test_totals_alone_give_a_range_of_networks(write):
    totals = sheet(interbank_assets=CLAIMS.sum(axis=1), interbank_liabilities=CLAIMS.sum(axis=0))
    found = stress(None, write("totals.csv", totals), hit=["Aster"])
    assert list(found.exposures) == ["maximum_entropy", "minimum_density"]
    for network in found.exposures.values():
        np.testing.assert_allclose(network.sum(axis=1), CLAIMS.sum(axis=1))
        np.testing.assert_allclose(network.sum(axis=0), CLAIMS.sum(axis=0))
    assert found.exposures["minimum_density"].nnz < found.exposures["maximum_entropy"].nnz


def test_without_a_loss_nobody_fails_and_nothing_is_lost(write, balances):
    found = stress(write("edges.csv", edges()), balances, loss=0.0, methods=list(METHODS))
    assert (found.table[["failures", "by_contagion"]] == 0).all(axis=None)
    assert (found.table["equity_lost"] == 0).all() and found.rescue.total == 0


def test_contagion_is_the_network_on_minus_the_network_off(write, balances):
    found = stress(write("edges.csv", edges()), balances, hit=["Birch"], methods=list(METHODS))
    outside = sheet(external_assets=ASSETS + CLAIMS.sum(axis=1), external_liabilities=DEPOSITS + CLAIMS.sum(axis=0))
    alone = stress(write("none.csv", "lender,borrower,amount\nAster,Birch,0\n"), write("alone.csv", outside), hit=["Birch"],
                   loss=90.0 / (90.0 + CLAIMS.sum(axis=1)[1]), methods=list(METHODS))
    assert (found.table["by_shock"] == alone.table["failures"]).all()
    assert (alone.table["by_contagion"] == 0).all() and (found.table["by_contagion"] > 0).any()


def test_the_rescue_keeps_everybody_from_default(write, balances):
    file = write("edges.csv", edges())
    found = stress(file, balances, hit=["Aster"])
    after = ASSETS * (np.array(NAMES) != "Aster") + found.rescue.bailout
    again = stress(file, write("rescued.csv", sheet(external_assets=after)), loss=0.0, methods="eisenberg_noe")
    assert found.rescue.total > 0 and again.outcomes[0].failures == 0


def test_drawn_banks_depend_on_the_seed_alone(write, balances):
    file = write("edges.csv", edges())
    drawn = [stress(file, balances, random=2, seed=seed).hit.tolist() for seed in (1, 1, 2, 3, 4)]
    assert drawn[0] == drawn[1] and len({tuple(d) for d in drawn}) > 1


EDGES = "lender,borrower,amount\n"
BAD_EXPOSURES = {
    "Aster,Birch,-3": "column amount, row 2: is -3; it must be 0 or more",
    "Aster,Brich,3": "column borrower, row 2: no bank 'Brich' in {b} - did you mean 'Birch'?",
    "Aster,Aster,3": "row 2: 'Aster' lends 3 to itself; lender and borrower must differ",
    "Aster,Birch,many": "column amount, row 2: is 'many'; it must be a finite number",
    "Aster,Birch,": "column amount, row 2: is empty; it must be a number",
    "Aster,Birch,inf": "column amount, row 2: is 'inf'; it must be a finite number",
}


@pytest.mark.parametrize("line", BAD_EXPOSURES)
def test_a_bad_line_of_an_edge_list_is_named(line, write, balances):
    file = write("edges.csv", EDGES + line + "\n")
    with pytest.raises(UserError) as mistake:
        stress(file, balances)
    assert mistake.value.lines == [f"{file}: {BAD_EXPOSURES[line].format(b=balances)}"]


BAD_FILES = {
    "": "the file is empty",
    "lender,borrower,amount\n": "has a header but no rows",
    "lender,borower,amount\nAster,Birch,3\n": "column borrower is missing; an edge list has lender, borrower, amount",
    ",Aster,Birch\nAster,0,1\nBirch,1,0\nCedar,1,1\n": "is 3 x 2; a matrix of exposures must be square",
    "0,1,2\n1,0,2\n1,2,0\n1,1,1\n": "is 4 x 3; a matrix of exposures must be square",
    ",Aster,Birch\nAster,0,1\nBirhc,1,0\n": "row 3: no bank 'Birhc' in",
    ",Aster,Birch\nAster,0,x\nBirch,1,0\n": "column Birch, row 2: is 'x'; it must be a finite number",
    ",Aster,Birch\nAster,0,-1\nBirch,1,0\n": "column Birch, row 2: is -1; it must be 0 or more",
    ",Aster,Birch\nAster,4,1\nBirch,1,0\n": "'Aster' lends 4 to itself; the diagonal must be 0",
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_bad_file_of_exposures_is_one_line(text, write, balances):
    file = write("exposures.csv", text)
    with pytest.raises(UserError) as mistake:
        stress(file, balances)
    assert len(mistake.value.lines) == 1
    assert mistake.value.lines[0].startswith(f"{file}: ") and BAD_FILES[text] in mistake.value.lines[0]


BAD_SHEETS = {
    "name,external_asets,external_liabilities\nAster,1,1\n": ["column external_asets is not known - did you mean 'external_assets'?"],
    "ident,equity\nAster,1\n": ["column id is missing"],
    "id,external_assets\nAster,1\nBirch,1\n": ["two of the columns external_assets, external_liabilities, equity are needed"],
    "id,external_assets,external_liabilities\nAster,1,1\nAster,-2,1\n": [
        "column id, row 3: 'Aster' is there already in row 2", "column external_assets, row 3: is -2; it must be 0 or more"],
    "id,external_assets,external_liabilities,interbank_assets\nAster,1,1,7\nBirch,1,1,0\n": [
        "column interbank_assets, row 2 (Aster): is 7 but the exposures sum to 3"],
    "id,external_assets,external_liabilities,equity\nAster,5,1,99\nBirch,9,1,5\n": [
        "row 2 (Aster): is -92; assets minus liabilities minus equity must be 0"],
}


@pytest.mark.parametrize("text", BAD_SHEETS)
def test_bad_balance_sheets_are_named_line_by_line(text, write):
    exposures, file = write("edges.csv", EDGES + "Aster,Birch,3\n"), write("balances.csv", text)
    with pytest.raises(UserError) as mistake:
        stress(exposures, file)
    for line, words in zip(mistake.value.lines, BAD_SHEETS[text], strict=True):
        assert line.startswith(f"{file}: ") and words in line


def test_totals_that_do_not_match_are_refused(write):
    file = write("totals.csv", sheet(interbank_assets=[1.0, 2, 3, 4], interbank_liabilities=[1.0, 1, 1, 1]))
    with pytest.raises(UserError, match="interbank_assets sum to 10 but interbank_liabilities to 4"):
        stress(None, file)


@pytest.mark.parametrize("options, words", [
    ({"hit": ["Astre"]}, "hit: no bank 'Astre' - did you mean 'Aster'?"),
    ({"methods": ["debtrnk"]}, "did you mean 'debtrank'"),
    ({"loss": 1.5}, "loss: is 1.5; it must be a share between 0 and 1"),
    ({"random": 9}, "random: is 9; it must be a number of banks between 1 and 4"),
    ({"orientation": "debt"}, "did you mean 'debts'"),
])
def test_a_bad_option_is_named(options, words, write, balances):
    with pytest.raises(UserError) as mistake:
        stress(write("edges.csv", edges()), balances, **options)
    assert words in str(mistake.value)


def test_the_command_writes_a_page_that_loads_nothing_from_elsewhere(write, balances, tmp_path, capsys):
    from experiments.__main__ import main

    out = tmp_path / "out"
    with pytest.raises(SystemExit) as stop:
        main(["stress", str(write("edges.csv", edges())), str(balances), "--hit", "Aster", "--methods", "all", "--out", str(out)])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert "What happens if Aster loses all its external assets?" in printed and "Eisenberg-Noe" in printed
    page = (out / "report.html").read_text()
    assert not re.search(r'(?:src|href)="(?!data:|#)', page) and "@import" not in page and "<script" not in page
    assert "What happens if Aster loses all its external assets?" in page and page.count("<svg") == 2
    for name in ("network.png", "network.pdf", "network_nodes.csv", "network_links.csv", "failures.png", "failures.csv", "methods.csv",
                 "banks.csv", "ranking.csv"):
        assert (out / name).stat().st_size > 0


def test_a_mistake_in_a_file_ends_the_command_with_code_2_and_one_line(write, balances, tmp_path, capsys):
    from experiments.__main__ import main

    for file in (tmp_path / "nowhere.csv", write("bad.csv", EDGES + "Aster,Birch,-1\n")):
        with pytest.raises(SystemExit) as stop:
            main(["stress", str(file), str(balances)])
        assert stop.value.code == 2
        error = capsys.readouterr().err.splitlines()
        assert len(error) == 1 and error[0].startswith(f"jishi: {file}: ")
