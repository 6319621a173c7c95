"""Daily measures of the focal platform's customers: who knows it, considers it, comes, stays, is served, and what that costs.

Known where platforms compete for customers; elsewhere pages leave them out.  A user is registered and has not left for good.
"""

import numpy as np

from agents.customer import AWARE, CHURNED, CONSIDERING, DORMANT, FIRST_USE, REGISTERED
from results.measuring import cny, count, of_customers, share
from sim.core.ledger import Purpose
from sim.core.views import ABUSED, ANYWAY, WON
from sim.markets.media import RECENT_DAYS
from sim.markets.service import coverage

FOCAL = 0
ACTIVE_DAYS = 30  # K03: used within so many days
SAMPLE = 4000  # consumers asked for the providers they know
YOUNG = 2  # segments below it: students and young professionals (K08)
MARKETING = (Purpose.ADVERTISING, Purpose.REFERRAL_REWARD, Purpose.SURVEY, Purpose.PARTNER_SHARE, Purpose.DEAL,
             Purpose.DEAL_ABUSE, Purpose.RATE_BOOST, Purpose.SUBSIDY)


def _focal(m, column: str) -> np.ndarray:
    """A column of the focal platform's rows, (consumers.count,): without those who are isolated."""
    return getattr(m.customers, column)[: m.settings.consumers.count]


def _is_user(m) -> np.ndarray:
    stage = _focal(m, "stage")
    return (stage >= REGISTERED) & (stage != CHURNED)


def first_used_today(m) -> np.ndarray:
    """Who used the focal platform for the first time today, (consumers.count,); not who used it before the run."""
    is_new = _focal(m, "first_use_on") == m.day
    return is_new & (_focal(m, "stage") == FIRST_USE) if m.day == 0 else is_new


def _spent(m, *purposes: Purpose) -> float:
    return -cny(m, m.ledger.money_today[list(purposes), m.ledger.entities.index(f"platform {FOCAL}")].sum())


def _plans(m):
    return [plan for plan in m.media.plans.values() if plan.platform == FOCAL]


# --- the funnel -------------------------------------------------------------------------------------------------------


@of_customers("share", "Consumers who know the platform (K01)", "last", "品牌认知度")
def awareness(m):
    return (_focal(m, "stage") >= AWARE).mean()


@of_customers("share", "Consumers who consider or use the platform", "last", "考虑或使用占比")
def considered_share(m):
    stage = _focal(m, "stage")
    return ((stage >= CONSIDERING) & (stage != CHURNED)).mean()


@of_customers("visits a day", "Visits of the platform by who is no user", "sum", "访问量")
def visits(m):
    return count(m, m.media.n_visits_today[FOCAL])


@of_customers("registrations a day", "First registrations", "sum", "注册数")
def registrations(m):
    return count(m, m.media.n_registered_today[FOCAL])


@of_customers("share", "Registrations / visits of the last 30 days (K05)", "last", "转化率")
def conversion_rate(m):
    came, registered = m.media.recent[:, :, FOCAL].sum(axis=1)
    return share(registered, came) if m.day >= RECENT_DAYS - 1 else np.nan


@of_customers("users a day", "Users who paid for the first time (K07)", "sum", "新用户数")
def new_users(m):
    return count(m, first_used_today(m).sum())


@of_customers("users", "Users: registered, and not left for good (K02)", "last", "用户数")
def users(m):
    return count(m, _is_user(m).sum())


@of_customers("share", "Users who paid within 30 days (K03)", "last", "活跃用户占比")
def active_share(m):
    is_user = _is_user(m)
    recent = is_user & (m.day - _focal(m, "last_use_on") < ACTIVE_DAYS) & (_focal(m, "first_use_on") >= 0)
    return share(recent.sum(), is_user.sum()) if m.day >= ACTIVE_DAYS else np.nan  # before, nobody knows when old users last paid


@of_customers("users", "Users who have not paid for a quarter", "last", "沉睡用户数")
def dormant_users(m):
    return count(m, (_focal(m, "stage") == DORMANT).sum())


@of_customers("customers a day", "Customers who left for good", "sum", "流失客户数")
def churned_customers(m):
    return count(m, ((_focal(m, "stage") == CHURNED) & (_focal(m, "since") == m.day)).sum())


@of_customers("share", "Payments at the platform / payments at all platforms (K06)", "mean", "市场份额")
def market_share(m):
    rows, works = m.used_today
    return share((works & (rows < len(m.consumers))).sum(), works.sum())


@of_customers("share", "Users who are students or young professionals (K08)", "last", "年轻用户占比")
def young_share(m):
    is_user = _is_user(m)
    return share((is_user & (m.consumers.segment[: len(is_user)] < YOUNG)).sum(), is_user.sum())


# --- what they think --------------------------------------------------------------------------------------------------


@of_customers("share", "Mean satisfaction of users (K04)", "last", "用户满意度")
def customer_satisfaction(m):
    is_user = _is_user(m)
    return share(_focal(m, "satisfaction")[is_user].sum(dtype=np.float64), is_user.sum())


@of_customers("share", "Mean trust of consumers who know the platform", "last", "信任度")
def trust(m):
    knows = _focal(m, "stage") >= AWARE
    good, bad = _focal(m, "trust_good")[knows], _focal(m, "trust_bad")[knows]
    return share((good / (good + bad)).sum(dtype=np.float64), len(good))


def _providers(m, bits: np.ndarray, at_platform) -> float:
    """Mean number of banks and platforms over the first SAMPLE consumers; bits: of the banks; at_platform: of a stage."""
    n = min(SAMPLE, m.settings.consumers.count)
    stage = m.customers.stage.reshape(len(m.platforms), -1)[:, :n]
    return float(np.bitwise_count(bits[:n]).mean() + at_platform(stage).sum(axis=0).mean())


@of_customers("providers", "Banks and platforms a consumer knows (L36)", "last", "知晓的机构数")
def providers_known(m):
    return _providers(m, m.consumers.known_banks, lambda stage: stage >= AWARE)


@of_customers("providers", "Banks and platforms a consumer considers (L36)", "last", "考虑的机构数")
def providers_considered(m):
    return _providers(m, m.consumers.considered_banks, lambda stage: (stage >= CONSIDERING) & (stage != CHURNED))


# --- marketing --------------------------------------------------------------------------------------------------------


@of_customers("CNY a day", "The platform's spending on advertising", "sum", "广告支出")
def ad_spending(m):
    return _spent(m, Purpose.ADVERTISING)


@of_customers("CNY a day", "The platform's advertising, rewards, promotions, subsidies, rate boosts, surveys and partners' shares", "sum",
               "营销支出")
def marketing_spending(m):
    return _spent(m, *MARKETING)


@of_customers("exposures a day", "Exposures to the platform's advertising", "sum", "广告曝光")
def impressions(m):
    return count(m, sum(plan.impressions_today for plan in _plans(m)))


@of_customers("clicks a day", "Clicks on the platform's advertising", "sum", "广告点击")
def clicks(m):
    return count(m, sum(plan.clicks_today for plan in _plans(m)))


@of_customers("messages a day", "Recommendations of the platform that a friend hears", "sum", "好评传播")
def praise(m):
    return count(m, m.word_of_mouth.n_praise_today[FOCAL])


@of_customers("messages a day", "Warnings of the platform that a friend hears", "sum", "差评传播")
def warnings(m):
    return count(m, m.word_of_mouth.n_warnings_today[FOCAL])


@of_customers("invitations a day", "Invitations sent under a referral programme", "sum", "推荐邀请")
def invitations(m):
    return count(m, m.word_of_mouth.n_invitations_today[FOCAL])


@of_customers("CNY a day", "Rewards paid under a referral programme, to both sides", "sum", "推荐奖励")
def referral_rewards(m):
    return _spent(m, Purpose.REFERRAL_REWARD)


# --- promotions -------------------------------------------------------------------------------------------------------


def _promised(m, fate: int) -> float:
    return cny(m, sum(int(account.paid_today[fate]) for account in m.promotions.accounts.values() if account.terms.platform == FOCAL))


@of_customers("CNY a day", "Promotions paid to who came, or bought here, only because of them", "sum", "促销带来的新增")
def promotion_won(m):
    return _promised(m, WON)


@of_customers("CNY a day", "Promotions paid to who would have come or bought here anyway (cannibalised)", "sum", "促销补贴自有客户")
def promotion_anyway(m):
    return _promised(m, ANYWAY)


@of_customers("CNY a day", "Promotions paid to abuse rings (promotion leak)", "sum", "促销被套取")
def promotion_abused(m):
    return _promised(m, ABUSED)


@of_customers("accounts a day", "Fake accounts that pass the check at registration", "sum", "虚假账户数")
def fake_accounts(m):
    return count(m, m.rings.n_fake_today[FOCAL])


@of_customers("newcomers a day", "Honest newcomers taken for frauds (false positives)", "sum", "误判新用户数")
def false_alarms(m):
    return count(m, m.promotions.n_false_alarms_today[FOCAL])


@of_customers("purchases", "Bought ahead of need for promotions, and not yet missed again (pull-forward)", "last", "提前消费笔数")
def bought_ahead(m):
    return count(m, m.promotions.ahead.sum(dtype=np.float64))


# --- service ----------------------------------------------------------------------------------------------------------


@of_customers("share", "Hours of the week in which the hotline answers (K09)", "last", "热线覆盖率")
def hotline_coverage(m):
    return coverage(m.settings.standing.of(FOCAL))


@of_customers("complaints a day", "Complaints made", "sum", "投诉数")
def complaints(m):
    return count(m, m.service.n_complaints_today[FOCAL])


@of_customers("days", "Mean wait of the complaints answered in a day", "mean", "投诉等待天数")
def complaint_wait_days(m):
    return m.service.wait_days_today[FOCAL] if m.service.n_answered_today[FOCAL] else np.nan
