"""Stress a financial network: a shock, several methods side by side, whom to rescue, who matters most."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

METHODS = {
    "eisenberg_noe": "Eisenberg-Noe clearing",
    "rogers_veraart": "Clearing, costly default",
    "debtrank": "DebtRank, linear",
    "debtrank_single_hit": "DebtRank, single hit",
    "debtrank_nonlinear": "DebtRank, nonlinear",
    "furfine": "Furfine cascade",
}
NETWORKS = {"given": "as given", "maximum_entropy": "maximum entropy", "minimum_density": "minimum density"}
MOST_LINKS = 2_000_000  # a network with more is not walked through for each point of the curve if there is another
CURVE = 21  # points of the curve of failures over the size of the loss


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one method says on one network."""

    network: str
    method: str
    defaulted: object  # bool (n,)
    by_shock: object  # bool (n,): would fail even if nobody else did
    loss_share: object  # (n,): share of equity lost in the end
    direct_share: object  # (n,): lost to the shock alone
    equity_lost: float  # share of the system's equity
    equity_lost_directly: float
    converged: bool

    @property
    def failures(self) -> int:
        """Banks that fail."""
        return int(self.defaulted.sum())

    @property
    def contagion(self) -> int:
        """Banks that fail with the network and not without it."""
        return int((self.defaulted & ~self.by_shock).sum())


@dataclass(frozen=True, eq=False)
class Stress:
    """A stress test; tables are pandas DataFrames, arrays have shape (n,), amounts are in the unit of the files."""

    banks: object
    hit: object  # ids of the banks that were hit
    loss: float  # share of their external assets they lose
    outcomes: list
    exposures: dict  # network name -> (n, n) claims
    threat_index: object
    rescue: object  # clearing.Rescue: what keeps everybody from default
    ranking: object  # DataFrame: bank, failures if it fails, owed inside, threat index, rescue
    curve: object  # DataFrame: loss, by_shock, failures (first method that clears, or the first)
    options: dict  # and `leading`, the method of the answer; `closer`, the network of threat index, ranking and curve

    @property
    def table(self):
        """One row for each network and method."""
        import pandas as pd

        return pd.DataFrame([{"network": o.network, "method": o.method, "failures": o.failures, "by_shock": int(o.by_shock.sum()),
                              "by_contagion": o.contagion, "equity_lost": o.equity_lost,
                              "equity_lost_directly": o.equity_lost_directly, "converged": o.converged} for o in self.outcomes])


def stress(exposures=None, balances=None, *, hit=None, random=None, loss=None, methods=("eisenberg_noe", "debtrank", "furfine"),
           reconstruct=("maximum_entropy", "minimum_density"), orientation="claims", seniority="pari_passu", recovery=0.9, lgd=1.0,
           curvature=2.0, seed=1) -> Stress:
    """Stress the banks of two files (or a `Banks`) and report what each method says.

    exposures, balances: files (see `stress_files`); exposures None reconstructs the network from totals, each way of
    `reconstruct`.  hit: names of the banks that lose the share `loss` of their external assets; random: that many are drawn
    instead; neither: all.  loss: default 1 for named or drawn banks, 0.05 for all.  recovery: alpha = beta of costly default.
    lgd: loss given default of Furfine.  curvature: alpha of nonlinear DebtRank.  Draws: SHOCK_TARGET.

    Raises: UserError with one line for each mistake.
    """
    from experiments.stress_files import Banks, read_banks
    from sim.contagion.furfine import CascadeNetwork
    from sim.contagion.rescue import cheapest_rescue, threat_index
    from sim.core.errors import UserError, did_you_mean

    methods = [methods] if isinstance(methods, str) else list(methods)
    wrong = [f"methods: no method {m!r}; known: {', '.join(METHODS)}{did_you_mean(m, METHODS)}" for m in methods if m not in METHODS]
    ways = [reconstruct] if isinstance(reconstruct, str) else list(reconstruct)
    known = [way for way in NETWORKS if way != "given"]
    wrong += [f"reconstruct: no way {way!r}; known: {', '.join(known)}{did_you_mean(way, known)}" for way in ways if way not in known]
    for name, value in (("loss", 0.05 if loss is None else loss), ("recovery", recovery), ("lgd", lgd)):
        if not 0.0 <= value <= 1.0:
            wrong.append(f"{name}: is {value}; it must be a share between 0 and 1")
    if not methods or wrong:
        raise UserError(*(wrong or ["methods: at least one is needed"]))
    banks = balances if isinstance(balances, Banks) else read_banks(exposures, balances, orientation=orientation)
    who = _who_is_hit(banks.names, hit, random, seed)
    loss = (0.05 if who.size == len(banks.names) and hit is None and random is None else 1.0) if loss is None else float(loss)
    networks = {"given": banks.exposures} if banks.exposures is not None else _reconstructed(banks, ways)
    options = {"seniority": seniority, "recovery": recovery, "lgd": lgd, "curvature": curvature, "seed": seed, "methods": methods}
    debts = {name: claims.T.tocsr() for name, claims in networks.items()}
    outcomes = [_apply(method, name, claims, debts[name], banks, who, loss, options)
                for name, claims in networks.items() for method in methods]

    name = next((name for name, claims in networks.items() if claims.nnz <= MOST_LINKS), next(iter(networks)))
    claims = networks[name]
    after = _assets_after(banks, who, loss)
    system = {"external_liabilities": banks.external_liabilities, "seniority": seniority}
    threat = threat_index(debts[name], after, **system)
    rescue = cheapest_rescue(debts[name], after, **system)
    ranking = _ranking(banks, CascadeNetwork(claims, banks.equity, lgd=lgd).sizes(), threat, rescue)
    leading = next((m for m in methods if m in ("eisenberg_noe", "rogers_veraart")), methods[0])
    curve = _curve(leading, name, claims, debts[name], banks, who, options)
    return Stress(banks, who, loss, outcomes, networks, threat, rescue, ranking, curve, options | {"leading": leading, "closer": name})


def _who_is_hit(names, hit, random, seed):
    import numpy as np

    from sim.core.errors import UserError, did_you_mean
    from sim.core.random import Stream, stream_key, uniforms

    n = len(names)
    if hit is not None and random is not None:
        raise UserError("shock: name the banks or let some be drawn, not both")
    if random is not None:
        if not 1 <= int(random) <= n:
            raise UserError(f"random: is {random}; it must be a number of banks between 1 and {n}")
        return np.sort(np.argsort(uniforms(stream_key(seed, Stream.SHOCK_TARGET), 0, n, 0), kind="stable")[: int(random)])
    if hit is None:
        return np.arange(n)
    place = {name: i for i, name in enumerate(names)}
    wanted = [str(name).strip() for name in hit]
    unknown = [f"hit: no bank {name!r}{did_you_mean(name, names)}" for name in wanted if name not in place]
    if unknown or not wanted:
        raise UserError(*(unknown or ["hit: names no bank"]))
    return np.unique([place[name] for name in wanted])


def _reconstructed(banks, ways):
    from scipy import sparse

    from sim.contagion.reconstruction import maximum_entropy, minimum_density

    totals = banks.interbank_assets, banks.interbank_liabilities
    found = {}
    for way in ways:  # the sparse one by the quick search: a link more or less is no news here
        network = maximum_entropy(*totals) if way == "maximum_entropy" else minimum_density(*totals, method="greedy")
        found[way] = sparse.csr_array(network.matrix)
    return found


def _assets_after(banks, who, loss):
    after = banks.external_assets.copy()
    after[who] *= 1.0 - loss
    return after


def _apply(method, network, claims, debts, banks, who, loss, options) -> Outcome:
    """One method on one network, and what the shock would do without any network."""
    import numpy as np

    from sim.contagion.clearing import clear
    from sim.contagion.debtrank import debtrank
    from sim.contagion.furfine import furfine

    after = _assets_after(banks, who, loss)
    lost = banks.external_assets - after
    left = banks.equity - lost
    by_shock = left < -1e-12 * np.maximum(banks.external_assets, 1e-300)
    positive = np.maximum(banks.equity, 0.0)
    direct = _share(lost, positive)
    converged = True
    if method in ("eisenberg_noe", "rogers_veraart"):
        recovery = 1.0 if method == "eisenberg_noe" else options["recovery"]
        found = clear(debts, after, external_liabilities=banks.external_liabilities, seniority=options["seniority"],
                      alpha=recovery, beta=recovery)
        defaulted, converged = found.defaulted, found.converged
        shares = _share(positive - found.equity, positive)
    elif method == "furfine":
        # who fails from the shock seeds the cascade; the others face it with the equity the shock left them
        found = furfine(claims, np.maximum(left, 0.0), by_shock, lgd=options["lgd"])
        defaulted = found.defaulted
        shares = _share(lost + options["lgd"] * (claims @ defaulted.astype(float)), positive)
    else:
        variant = {"debtrank": "linear", "debtrank_single_hit": "single_hit", "debtrank_nonlinear": "nonlinear"}[method]
        found = debtrank(claims, banks.equity, direct, variant=variant, alpha=options["curvature"], keep_trajectory=False)
        shares, converged = found.loss_share, found.converged
        defaulted = by_shock | (shares >= 1.0 - 1e-12) & (positive > 0)
    total = max(positive.sum(), 1e-300)
    return Outcome(network, method, defaulted, by_shock & defaulted, shares, direct, float(shares @ positive / total),
                   float(direct @ positive / total), bool(converged))


def _share(amount, of):
    import numpy as np

    return np.clip(np.divide(amount, of, out=np.where(amount > 0, 1.0, 0.0), where=of > 0), 0.0, 1.0)


def _ranking(banks, sizes, threat, rescue):
    import pandas as pd

    table = pd.DataFrame({"bank": banks.names, "fail_if_it_fails": sizes, "owed_inside": banks.interbank_liabilities,
                          "threat_index": threat, "rescue": rescue.bailout})
    return table.sort_values(["fail_if_it_fails", "owed_inside"], ascending=False, kind="stable", ignore_index=True)


def _curve(method, network, claims, debts, banks, who, options):
    import numpy as np
    import pandas as pd

    rows = []
    for loss in np.linspace(0.0, 1.0, CURVE) ** 2:  # close together where losses are small
        outcome = _apply(method, network, claims, debts, banks, who, float(loss), options)
        rows.append({"loss": float(loss), "by_shock": int(outcome.by_shock.sum()), "failures": outcome.failures})
    return pd.DataFrame(rows)


def stress_command(
    exposures: Annotated[Path, typer.Argument(help="Exposures, CSV or Parquet: a matrix, or lender, borrower, amount. "
                                                   "With one file only: balance sheets with interbank totals.")],
    balances: Annotated[Path | None, typer.Argument(help="Balance sheets: id and two of external_assets, external_liabilities, "
                                                         "equity.")] = None,
    hit: Annotated[str | None, typer.Option(help="Banks that are hit, separated by commas; default all.")] = None,
    random: Annotated[int | None, typer.Option(help="Hit that many banks, drawn.")] = None,
    loss: Annotated[float | None, typer.Option(help="Share of external assets they lose; default 1, for all banks 0.05.")] = None,
    methods: Annotated[str, typer.Option(help=f"Any of {', '.join(METHODS)}, or all.")] = "eisenberg_noe,debtrank,furfine",
    reconstruct: Annotated[str, typer.Option(help="How, from totals.")] = "maximum_entropy,minimum_density",
    orientation: Annotated[str, typer.Option(help="claims: rows lend; debts: rows owe.")] = "claims",
    seniority: Annotated[str, typer.Option(help="Of external liabilities: pari_passu or senior.")] = "pari_passu",
    recovery: Annotated[float, typer.Option(help="Share left after a costly default (rogers_veraart).")] = 0.9,
    lgd: Annotated[float, typer.Option(help="Loss given default (furfine).")] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of drawn banks.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default results/stress/NAME.")] = None,
):
    """Stress a financial network given as files: who fails, through whom, and whom to rescue."""
    from results.stress_report import print_stress, write_stress

    files = (None, exposures) if balances is None else (exposures, balances)
    chosen = list(METHODS) if methods.strip() == "all" else _words(methods)
    found = stress(*files, hit=None if hit is None else _words(hit), random=random, loss=loss, methods=chosen,
                   reconstruct=_words(reconstruct), orientation=orientation, seniority=seniority, recovery=recovery, lgd=lgd, seed=seed)
    folder = Path(out) if out is not None else Path("results") / "stress" / exposures.stem
    print_stress(found, METHODS, NETWORKS)
    report = write_stress(found, folder, METHODS, NETWORKS, files=[str(file) for file in files if file is not None])
    print(f"report: {report}")


def _words(text: str) -> list:
    return [word.strip() for word in text.split(",") if word.strip()]


if __name__ == "__main__":
    import sys

    from experiments.__main__ import main

    main(["stress", *sys.argv[1:]])
