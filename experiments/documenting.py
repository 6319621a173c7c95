"""The generated tables of docs/odd.md: state variables from the columns, the schedule from the steps' own docstrings.

    python -m experiments.documenting           writes them
    python -m experiments.documenting --check   exits with 1 if they are stale
"""

import ast
import inspect
import re
import sys
from pathlib import Path

import sim.day
from agents.bank import Banks
from agents.consumer import Consumers
from agents.credit_user import CreditUsers
from agents.customer import Customers
from agents.guarantor import Guarantors
from agents.merchant import Merchants
from agents.platform import Lenders, Platforms
from agents.term_lender import Financiers
from sim.markets.loans import Loans
from sim.markets.savings import Holdings, Savers

ODD = Path(__file__).resolve().parents[1] / "docs" / "odd.md"
POPULATIONS = (Consumers, Merchants, Banks, Financiers, Platforms, Lenders, Loans, CreditUsers, Guarantors, Customers, Holdings, Savers)
KEYS = ("Reads", "Writes", "Draws")


def day_steps() -> list[tuple[str, str]]:
    """(phase, "module.step") of every step named in sim/day.py, in order."""
    source = inspect.getsource(sim.day.live_one_day)
    steps, phase = [], ""
    for line in source.splitlines():
        heading = re.match(r"\s+# (\d+ \w+)", line)
        phase = heading.group(1) if heading else phase
        code = line.strip()
        if code.startswith(("#", '"""', "def")) or not phase or code.startswith("for"):
            continue
        calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
        steps += [(phase, call) for call in reversed(calls)]
    return steps


def step_function(step: str):
    """The function of a step such as "consumer.register"; None for plug-ins and for what the market itself does."""
    module, _, name = step.partition(".")
    return getattr(getattr(sim.day, module, None), name, None)


def what_it_says(docstring: str) -> dict[str, str]:
    """First sentence and the Reads, Writes and Draws of a docstring, white space folded."""
    text = " ".join(inspect.cleandoc(docstring).split())
    found = {"does": text.split(". ")[0].rstrip(".")}
    for key in KEYS:
        match = re.search(rf"\b{key}: (.*?)(?=\.(?:\s|$))", text)
        found[key] = match.group(1) if match else ""
    return found


def schedule_table() -> str:
    """The day, step by step, as a Markdown table."""
    lines = ["| phase | step | what it does | reads | writes | draws |", "|---|---|---|---|---|---|"]
    for phase, step in day_steps():
        function = step_function(step)
        if function is None or not function.__doc__:
            lines.append(f"| {phase} | `{step}` | {PLAIN_WORDS[step]} | | | |")
            continue
        said = what_it_says(function.__doc__)
        lines.append(f"| {phase} | `{step}` | {said['does']} | {said['Reads']} | {said['Writes']} | {said['Draws']} |")
    return "\n".join(lines)


PLAIN_WORDS = {"m.ledger.open_day": "The day's matrices of the books start empty",
               "m.contagion.open_day": "Nobody has failed or lost by it yet",
               "m.interbank_loans.open_day": "Banks have sold and called in nothing yet",
               "m.trade_credit.open_day": "Nothing was bought on account or paid yet",
               "m.panic.open_day": "Nobody has left or been paid out yet",
               "channel.open_day": "Channels of contagion keep up their claims, under what struck today; queues are served",
               "spread_failures": "Round by round, channels settle what the failed cost others, and who cannot pay now fails too; "
                                  "then the failed pay out what they have",
               "m.conditions.open_day": "Incomes and bank funding are whole again until a shock cuts them",
               "m.media.open_day": "Nothing was seen yet; rules on advertising are as usual until a shock strikes",
               "m.prices.open_day": "The usual fees hold, nothing is taken off them yet",
               "m.service.open_day": "The usual people are at the hotline",
               "m.word_of_mouth.open_day": "Nobody said anything yet, no referral programme is in force",
    "m.promotions.open_day": "Yesterday's promises to newcomers and claims are forgotten; what is held stays",
               "m.savings.open_day": "No wish, no boost, no cut of a yield yet; phones with a wallet pay easily at its platform",
               "m.offers.open_day": "Yesterday's bids for merchants are forgotten",
               "m.open_data.open_day": "Nobody has looked at shared data yet",
               "m.credit_payment.open_day": "The counts of the credit payment start empty", "m.goods.open_day": "Today's season",
               "m.credit.open_day": "Yesterday's offers and draws are forgotten", "shock.strike": "Shocks whose window includes today",
               "strategy.decide": "Strategies of platforms set prices, budgets and emergency measures",
               "tactic.act": "Tactics whose window includes today", "m.active": "Plug-ins whose window includes today",
               "m.ledger.close": "Reserves settle; every balance is summed again and must agree to 0 fen"}


def state_tables() -> str:
    """Every population's columns as Markdown tables."""
    parts = []
    for population in POPULATIONS:
        parts += [f"**{population.name}**", "", "| column | unit | meaning |", "|---|---|---|"]
        for name, column in population.columns.items():
            parts.append(f"| `{name}`{f' x {column.width}' if column.width else ''} | {column.unit} | {column.meaning} |")
        parts.append("")
    return "\n".join(parts).rstrip()


def written(text: str) -> str:
    """`text` of the page with both tables fresh."""
    for name, table in (("state", state_tables()), ("schedule", schedule_table())):
        begin, end = f"<!-- {name}: begin (generated) -->", f"<!-- {name}: end -->"
        head, rest = text.split(begin)
        text = f"{head}{begin}\n{table}\n{end}{rest.split(end)[1]}"
    return text


def main():
    """Write the page, or check it."""
    old = ODD.read_text(encoding="utf-8")
    new = written(old)
    if "--check" in sys.argv:
        if new != old:
            sys.exit(f"{ODD.name} is stale; run python -m experiments.documenting")
        return
    ODD.write_text(new, encoding="utf-8")
    print(f"wrote docs/{ODD.name}")


if __name__ == "__main__":
    main()
