"""Media channels as data: what stands in channels.toml, read once, with a number of its own for each."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

WAYS = ("pushed", "followed", "bid for", "ranked", "own name")


@dataclass(frozen=True)
class Channel:
    """Coefficients of one channel; channels.toml says what they mean.

    number: its place in the file, which keys the habits of consumers.  cpm_cny, cpc_cny: CNY a thousand exposures, or a click; one of
    them is 0.  carryover: of adstock, a day.  half, power: of the Hill response, exposures.  creative: multiplies the response.
    wear_out: exposures a head that halve it, 0 never.  weekly_cap: exposures, 0 none.  fee_share: of the budget.  depreciation: a day.
    half_stock_cny: with half of the full effect, in the real market.  readings: exposures a day and head with
    a full stock.  partner_share: of the platform's commission on who came by it.
    """

    number: int
    name: str
    way: str
    cpm_cny: float = 0.0
    cpc_cny: float = 0.0
    habit: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    mobile_factor: float = 1.0
    reach_shape: float = 0.5
    carryover: float = 0.0
    half: float = 1.0
    power: float = 1.0
    awareness: float = 0.0
    consideration: float = 0.0
    goodwill: float = 0.0
    credibility: float = 0.0
    click_prob: float = 0.0
    creative: float = 1.0
    wear_out: float = 0.0
    weekly_cap: float = 0.0
    targeting: float = 0.0
    privacy_cost: float = 0.004
    fee_share: float = 0.0
    half_stock_cny: float = 1.0
    depreciation: float = 0.0
    readings: float = 0.0
    partner_share: float = 0.0
    partner_days: int = 365


def _read() -> dict[str, Channel]:
    table = tomllib.loads((Path(__file__).with_name("channels.toml")).read_text(encoding="utf-8"))
    found = {name: Channel(number, name, **{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})
             for number, (name, row) in enumerate(table.items())}
    assert all(channel.way in WAYS for channel in found.values())
    return found


CHANNELS = _read()
