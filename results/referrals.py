"""Referrals: how many invitations it takes, how far the tree grows, who invites whom, and whether the invited stay."""

import numpy as np
import pandas as pd

from agents.customer import REFERRED
from results.effects import rate_interval
from results.funnel import lifetimes
from results.journeys import Journeys
from results.survival import kaplan_meier, survival_at

STAYED_DAYS = 90


def referral_table(journeys: Journeys, invitations: float) -> pd.DataFrame:
    """One row: invitations, registrations and first uses by referral at real scale, K-factor, homophily, who stays; empty without any.

    customers: who could invite, users at the start and new ones who paid.  k_factor: new customers each of them brings.
    same_segment: pairs of one segment; by_chance: as many if inviters asked anybody.  stayed: not left after 90 days.
    """
    if invitations == 0:
        return pd.DataFrame(columns=["invitations"])
    weight, used = journeys.market.scenario.weight, journeys.total("first_uses")
    customers = journeys.users_at_start + used.sum()
    came, brought = journeys.total("registrations")[REFERRED], used[REFERRED]
    each, conversion, k = k_factor(invitations, customers, brought)
    pairs = _pairs(journeys)
    same, expected = homophily(*pairs, journeys.market.consumers.segment[: journeys.n])
    _, low, high = rate_interval(same * len(pairs[0]), len(pairs[0]))
    lived = lifetimes(journeys)
    row = {"invitations": invitations * weight, "registrations": came * weight, "first_uses": brought * weight,
           "customers": customers * weight, "invitations_per_customer": each, "conversion": conversion, "k_factor": k,
           "n_pairs": len(pairs[0]), "same_segment": same, "same_segment_low": low, "same_segment_high": high, "by_chance": expected}
    for name, who in (("referred", lived["source"] == journeys.names[REFERRED]), ("others", lived["source"] != journeys.names[REFERRED])):
        stayed = survival_at(kaplan_meier(lived["days"][who], lived["has_left"][who]), STAYED_DAYS) if who.any() else (np.nan,) * 3
        row |= dict(zip((f"stayed_{name}", f"stayed_{name}_low", f"stayed_{name}_high"), stayed))
    return pd.DataFrame([row])


def k_factor(invitations: float, customers: float, brought: float) -> tuple[float, float, float]:
    """(invitations a customer, new customers an invitation, their product: new customers each customer brings)."""
    each = invitations / customers if customers else np.nan
    conversion = brought / invitations if invitations else np.nan
    return each, conversion, each * conversion


def homophily(inviter: np.ndarray, invited: np.ndarray, segment: np.ndarray) -> tuple[float, float]:
    """Share of pairs in one segment, and the share if each inviter asked anybody at all: mean share of the inviter's segment."""
    if len(inviter) == 0:
        return np.nan, np.nan
    shares = np.bincount(segment) / len(segment)
    return float((segment[inviter] == segment[invited]).mean()), float(shares[segment[inviter]].mean())


def depth_table(journeys: Journeys) -> pd.DataFrame:
    """depth and registrations at real scale: steps in the tree from one who came without an invitation."""
    counts = np.bincount(np.maximum(journeys.column("depth")[journeys.is_new], 0))
    return pd.DataFrame({"depth": np.arange(len(counts)), "registrations": counts * journeys.market.scenario.weight})


def _pairs(journeys: Journeys) -> tuple[np.ndarray, np.ndarray]:
    """(who invited, who registered by it)."""
    invited = np.flatnonzero(journeys.is_new & (journeys.column("source") == REFERRED) & (journeys.column("referrer") >= 0))
    return journeys.column("referrer")[invited].astype(np.int64), invited
