"""Facts the simulation is held to: which are tested here, how, and the null variant that must fail each.

The numbers and sources are in `results/reference/facts.json`; this table says what of a run answers to which fact.
"""

import json
from dataclasses import dataclass
from pathlib import Path

FACTS_FILE = Path(__file__).resolve().parents[1] / "results" / "reference" / "facts.json"


@dataclass(frozen=True)
class FactTest:
    """How one fact is tested.

    value: name of a number of an outcome (`experiments.outcomes`).  band: pass band of its median.
    share: part of the seeds that must lie inside by themselves (0: only the median counts).
    null: name of the null's number, which must lie outside the band; events, least_events: what the number rests on,
    in a seed, or in all together if `pooled`.  parts: names of numerator and denominator where the fact is about all loans of a kind:
    then the sums over all worlds are divided, not each world's alone; the null's have the null's prefix.

    Choice: a ratio of few bad loans is one of sums over worlds, with a jackknife error.  Source: Cochran (1977, ch. 6), the combined
    ratio estimate.  Alternative: the median of the worlds' ratios, as for other facts.  Reason: with one or two bad loans in a world
    half of the worlds have less than the mean, so a median is too low; and a sector's ratio is itself one of sums.
    """

    value: str
    unit: str
    band: tuple[float, float]
    null: str
    null_is: str
    events: str = "clients_simulated"
    least_events: int = 1_500
    share: float = 0.0
    pooled: bool = False
    parts: tuple[str, str] | None = None


INF = float("inf")
IDLE = "owners leave enough cash for every order, so nobody needs credit"
HASTY = "shops order every few days"
FIXED_TERM = "a loan is repaid at maturity and not before"
BULK = "orders for 40 days on lines of three months of sales without size limits"

BLIND = "data of a B2B site's surface, no monitoring, no account clearing"
NO_VISITS = "officers see hardly anything, pledge nothing, call nothing in, and lend as much as the whole margin carries"
MANUAL = "the same hundred managers approve every client by hand"
ALIKE = "trouble strikes good and bad shops alike, and bank loans are a third as large"
EQUAL = "everybody knows quality equally well, and trouble does not show"
PRICELESS = "owners do not look at the price"
SURPRISE = "everybody is charged the cheap price, whatever was offered"
LONERS = "nobody imitates"
TOLD = "everybody knows the platform already and forgets nothing"
FAMOUS = "everybody knows every bank"
UNKNOWN = "nobody who comes back under another name is recognised"
HONEST = "nobody would walk away from a debt"
NO_GAP = "the fund pays what the bank pays on sight"
LONELY_SAVERS = "nobody imitates, and the yield is the same every day"
STEADY = "the yield stays at its highest"
NO_APPLICATION = "the application is never offered"

NOBODY_TOLD = "nobody who walks away is recognised, so nobody loses credit"
SAME_EYES = "who has no common score sees as well with its own"
IN_TURN = "banks are asked one after another and do not bid"
SCRAMBLED = "what is shared is noise: the rows of the shared file are scrambled"
OWN_NOISE = "the rows of each are scrambled in turn"
WHO_IS_THIN = "which files are thin is shuffled"
APART = "each sharer knows its own quarter of the shops"
MISTAKEN = "everybody's shared record is taken for another's"
SHUFFLED_FRIENDS = "shares of friends who left are shuffled among those who look on the same day"
MEANINGLESS = "relation, loans and insurance mean nothing"
STAYS = "every platform keeps its fee"
SHUFFLED_LOSSES = "the losses of those who lost something are shuffled"
LONE_SUPPLIERS = "the three shops that supply fewest others fail in their place"
LONE_BUYERS = "both forties are shops that buy from few others"
NO_CIRCLES = "nobody stands for anybody's loan"
RIGHT = "nobody comes without a click or an invitation, so that last touch is nearly right"

# What the model itself says and no published number does; tested in the same way, so that it is not said of one seed.
CLAIMS = {
    "C1": {"id": "C1", "group": "management", "description": "Best response starts a war of prices that fixed plans do not, where "
           "customers hold several accounts and compare", "source": "DESIGN 4.15", "band": "below the first day", "role": "validate"},
    "C2": {"id": "C2", "group": "management", "description": "A platform that moves its media budgets by last touch ends with less than "
           "one that moves them by hold-out, in the same worlds", "source": "DESIGN 4.15", "band": "above 0", "role": "validate"},
    "C10": {"id": "C10", "group": "sharing", "description": "Each of three sharers, each with its own errors, adds to what two others tell",
            "source": "DESIGN 4.14; SOURCES 1.5: sharing raises value", "band": "above 0", "role": "validate"},
    "C11": {"id": "C11", "group": "sharing", "description": "Where sharers' data overlap, the last adds less than half of the first's",
            "source": "DESIGN 4.14", "band": "below half", "role": "validate"},
    "C12": {"id": "C12", "group": "sharing", "description": "Banks that look in the open platform tell bad shops better than before",
            "source": "DESIGN 4.14; L15", "band": "above 0", "role": "validate"},
    "C20": {"id": "C20", "group": "sharing", "description": "Full history tells a bank more of who fails than defaults alone",
            "source": "DESIGN 4.14; the gap of L11", "band": ".06 to .18", "role": "validate"},
    "C21": {"id": "C21", "group": "openbank", "description": "Of two banks that bid, who sees less wins loans that are worse than its "
            "score says, by more than who sees more", "source": "DESIGN 4.14; L23", "band": "a point or more", "role": "validate"},
    "C22": {"id": "C22", "group": "openbank", "description": "Banks that see equally well earn less over the risk of their loans if they "
            "bid against each other than if each bids for its own clients", "source": "DESIGN 4.14; L23", "band": "two points or more",
            "role": "validate"},
    "C30": {"id": "C30", "group": "contagion", "description": "Customers of the three shops that supply most others miss goods and "
            "sales when they fail; the failure of the forty that buy from most others makes more suppliers fail than that of the forty "
            "that buy from fewest", "source": "DESIGN 5", "band": "1 M CNY; one shop", "role": "validate"},
    "C31": {"id": "C31", "group": "contagion", "description": "Circles of shops that stand for one another's loans make more shops fail in "
            "the crisis of a line of trade than they do without it", "source": "DESIGN 5", "band": "at least one shop", "role": "validate"},
    "C50": {"id": "C50", "group": "contagion", "description": "The rule by which people run has the point of Rochet and Vives at a bank of "
            "this market, and insurance moves it as theory says", "source": "DESIGN 5", "band": "within .25 points of assets",
            "role": "validate"},
    "C51": {"id": "C51", "group": "contagion", "description": "After the failure of a bank far fewer people run on others where deposits "
            "are insured up to 3 000 CNY than where they are not", "source": "DESIGN 5; L30", "band": "20% of depositors or more",
            "role": "validate"},
}

TESTS: dict[str, FactTest] = {
    "S03": FactTest("sold_out_minutes", "minutes", (20, 60), "price_only_110_minutes",
                    "price only, elasticity -1.1: no attention, no early orders", "simulated_winners", 75),
    "S04": FactTest("winners", "merchants", (10_000, 30_000), "hour_winners_price_only", "price only: winners in the first 36 minutes",
                    "simulated_winners", 75),
    "S05": FactTest("largest_loan_cny", "CNY", (20_000, 60_000), "bulk_largest_loan_cny", BULK, "simulated_winners", 75, share=1.0),
    "D09": FactTest("promoted_mean_loan_cny", "CNY", (5_000, 10_000), "bulk_promoted_mean_loan_cny", BULK,
                    "simulated_winners", 75),
    "D10": FactTest("arrival_multiple", "x ordinary", (20, 80), "price_only_arrival_multiple", "price only, elasticity -1.1",
                    "simulated_winners", 75),
    "D11": FactTest("price_only_soonest_minutes", "minutes, soonest of three", (240, INF), "sold_out_minutes",
                    "the full event: attention and early orders", "simulated_winners", 75, share=.96),
    "S08": FactTest("interest_over_line_percent", "% a year", (6.0, 7.4), "idle_interest_over_line_percent", IDLE),
    "D01": FactTest("debt_days_per_client_year", "days", (105, 145), "idle_debt_days_per_client_year", IDLE),
    "D02": FactTest("draws_per_client_year", "draws", (12, 25), "hasty_draws_per_client_year", HASTY),
    "D03": FactTest("draw_life_days", "days", (4, 30), "fixed_term_draw_life_days", FIXED_TERM),
    "S14": FactTest("loans_a_day_per_200k_clients", "loans a day", (8_000, 13_000), "hasty_loans_a_day_per_200k_clients", HASTY),
    "D04": FactTest("book_cny_per_200k_clients", "CNY", (4e8, 2.4e9), "idle_book_cny_per_200k_clients", IDLE),
    "M01": FactTest("mean_draw_cny", "CNY", (9_500, 12_500), "hasty_mean_draw_cny", HASTY),
    "S26": FactTest("phone_card_success_percent", "%", (35, 41), "phone_as_pc_success_percent", "bank cards on phones work as on PCs",
                    "phone_card_attempts", 10_000),
    "S09": FactTest("npl_180_percent", "% of loans", (.5, 1.3), "blind_npl_180_percent", BLIND, "bad_loans", 30),
    "S10": FactTest("bank_npl_percent", "% of loans", (1.9, 2.9), "alike_bank_npl_percent", ALIKE, "bad_bank_loans", 30, pooled=True,
                    parts=("bank_bad_cny", "bank_owed_cny")),
    "S11": FactTest("micro_npl_percent", "% of loans", (.7, 1.1), "blind_micro_npl_percent", NO_VISITS, "bad_micro_loans", 30,
                    pooled=True, parts=("micro_bad_cny", "micro_owed_cny")),
    "S19": FactTest("loans_a_month_of_1300_officers", "loans a month", (9_000, 13_000), "relationship_loans_a_month_of_1300_officers",
                    "officers with twenty clients a year", "micro_loans", 100),
    "D06": FactTest("officer_ratio", "platform over bank of officers", (200, 500), "manual_officer_ratio", MANUAL, "steady_draws", 1_000),
    "D07": FactTest("touched_share", "share of clients a manager saw", (.05, .30), "manual_touched_share", MANUAL, "steady_draws", 1_000),
    "L11 closed loop": FactTest("auc_closed_loop", "AUC", (.78, .88), "alike_auc_closed_loop", ALIKE, "auc_bads", 500, pooled=True),
    "L11 bank file": FactTest("auc_bank_file", "AUC", (.66, .76), "alike_auc_bank_file", ALIKE, "auc_bads", 500, pooled=True),
    "L11 limited": FactTest("auc_limited", "AUC", (.66, .76), "alike_auc_limited", ALIKE, "auc_bads", 500, pooled=True),
    "L11 thin file": FactTest("auc_thin_file", "AUC", (.58, .68), "alike_auc_thin_file", ALIKE, "auc_bads", 500, pooled=True),
    "L10 together": FactTest("auc_bank_and_limited", "AUC, bank file and limited data", (.70, .77), "noise_auc_bank_and_limited",
                             SCRAMBLED, "sharing_bads", 500, pooled=True),
    "L10 gain": FactTest("bank_and_limited_gain", "AUC over the better of the two", (.02, .20), "noise_bank_and_limited_gain", SCRAMBLED,
                         "sharing_bads", 500, pooled=True),
    "L11 short history": FactTest("loop_to_bank_thin_less_thick", "AUC, what a closed loop adds to thin bank files less to long ones",
                                  (.03, .30), "shuffled_loop_to_bank_thin_less_thick", WHO_IS_THIN, "sharing_bads", 500, pooled=True),
    "C10": FactTest("least_sharer_gain", "AUC, least that one of three adds to the others", (.002, .20),
                    "scrambled_least_sharer_gain", OWN_NOISE, "sharing_bads", 500, pooled=True),
    "C11": FactTest("last_over_first", "gain of the last sharer over that of the first", (0, .5), "apart_last_over_first", APART,
                    "sharing_bads", 500, pooled=True),
    "C12": FactTest("bank_auc_gain", "AUC of banks' answers, with sharing less without", (.005, .40), "noise_bank_auc_gain", MISTAKEN,
                    "shared_bads", 500, pooled=True),
    "L15": FactTest("term_loss_change_points", "points of what was lent, written off, with sharing less without", (-INF, -.03),
                    "noise_term_loss_change_points", MISTAKEN, "term_loans_closed", 300),
    "L18": FactTest("term_lending_gain_percent", "% more lent by banks with sharing", (3, INF), "noise_term_lending_gain_percent", MISTAKEN,
                    "term_loans_closed", 300, share=.9),
    "L19": FactTest("term_lending_gain_percent", "% more lent by banks with sharing", (3, INF), "noise_term_lending_gain_percent", MISTAKEN,
                    "term_loans_closed", 300, share=.9),
    "L11 gap": FactTest("auc_gap", "AUC, closed loop less bank file", (.06, .18), "equal_noise_auc_gap", EQUAL, "auc_bads", 500,
                        pooled=True),
    "L11 order": FactTest("auc_in_order", "1 if thin < bank, limited < closed, by .02", (1, 1), "equal_noise_auc_in_order", EQUAL,
                          "auc_bads", 500, share=.9, pooled=True),
    "L04 take-up": FactTest("take_up_slope", "logit per percentage point", (-.030, -.010), "blind_take_up_slope", PRICELESS,
                            "offers", 10_000),
    "L04 charge-off": FactTest("charge_off_slope", "points per percentage point", (.05, .20), "surprised_charge_off_slope", SURPRISE,
                               "charge_offs", 200),
    "L05": FactTest("dear_asymmetric_percent", "% of defaults on dear offers", (5, 20), "cheap_asymmetric_percent",
                    "the placebo: takers of cheap offers, charged the same in both worlds", "charge_offs", 200),
    "L06": FactTest("hidden_risk_points", "points of the chance to fail, dear less cheap", (.1, INF), "blind_hidden_risk_points",
                    PRICELESS, "offers", 10_000),
    "L07 saved": FactTest("saved_percent", "% of what hidden information costs", (70, 100), "unknown_saved_percent", UNKNOWN,
                          "bad_debts_without", 100),
    "L07 moral hazard": FactTest("moral_hazard_percent", "% of what hidden information costs", (55, 95), "honest_moral_hazard_percent",
                                 HONEST, "bad_debts_without", 100),
    "L26 deterrence": FactTest("deterred_percent", "% of owners who would walk away", (10, 100), "unknown_deterred_percent", UNKNOWN,
                               "walked_without", 50),
    "L26 dependence": FactTest("deterred_by_dependence", "share of owners deterred, all trade here less none", (.05, 1),
                               "unknown_deterred_by_dependence", UNKNOWN, "walked_without", 50),
    "S30": FactTest("approval_gap_errors", "women less men approved, in standard errors", (2, INF), "alike_approval_gap_errors",
                    "women pay their bills as men do", "line_decisions", 10_000),
    "M31": FactTest("tight_highest_leverage", "x net assets, with a fifth of the capital", (9, 10), "no_rule_highest_leverage",
                    "no leverage rule", "line_decisions", 10_000, share=1.0),
    "L42 p": FactTest("bass_p", "a year", (.001, .05), "nobody_alone_bass_p", "one in a thousand began, and the rest only imitate",
                      "adopters_simulated", 5_000),
    "L42 q": FactTest("bass_q", "a year", (.2, .6), "no_imitation_bass_q", LONERS, "adopters_simulated", 5_000),
    "L42 ratio": FactTest("q_over_p", "q over p", (1, INF), "no_imitation_q_over_p", LONERS, "adopters_simulated", 5_000),
    "L42 forecast": FactTest("forecast_error_percent", "% of the second half's adopters, worst of three networks", (0, 15),
                             "blind_forecast_error_percent", "the forecast without imitation, best of three networks",
                             "adopters_simulated", 5_000),
    "L50": FactTest("complete_furthest", "share of the market, largest of all days", (0, .02), "small_world_furthest",
                    "ties of a small world", "adopters_simulated", 5_000),
    "L32 short": FactTest("ad_elasticity_short", "elasticity of new customers, first quarter", (.05, .20), "told_ad_elasticity_short",
                          TOLD, "new_customers", 300),
    "L32 long": FactTest("ad_elasticity_long", "elasticity of new customers, a year later", (.15, .35), "told_ad_elasticity_long",
                         TOLD, "new_customers", 300),
    "L32 last touch": FactTest("last_touch_over_truth", "credited by last touch over caused", (1.5, INF),
                               "obliged_last_touch_over_truth", "nobody comes without a click", "registrations", 300),
    "L36 known": FactTest("providers_known", "providers", (5.2, 8.0), "everybody_providers_known", FAMOUS, "new_customers", 300),
    "L36 considered": FactTest("providers_considered", "providers", (1.8, 2.7), "everybody_providers_considered", FAMOUS,
                               "new_customers", 300),
    "L38 elasticity": FactTest("talk_elasticity", "elasticity of new customers, a year later", (.3, .75), "silent_talk_elasticity",
                               "friends say and do next to nothing", "new_customers", 300),
    "L38 over advertising": FactTest("talk_over_ads", "x elasticity of advertising", (3, INF), "silent_talk_over_ads",
                                     "friends say and do next to nothing", "new_customers", 300),
    "L46 forecast": FactTest("bgnbd_error_percent", "% of the second year's payments", (0, 10), "going_on_error_percent",
                             "everybody goes on as in the first year", "cohort", 2_000),
    "L49": FactTest("breach_percent", "% of payments of who was hit, half a year", (-40, -10), "harmless_breach_percent",
                    "a breach that nobody minds", "breached_customers", 300),
    "M23 inverted U": FactTest("peak_over_ends_mcny", "M CNY of profit, best bonus between the ends over both and over none", (0, INF),
                               "worthless_peak_over_ends_mcny", "customers bring the platform nothing", "newcomers", 100),
    "M23 threshold": FactTest("abuse_from_over_cost", "bonus at which abuse begins over account cost / (1 - detection)", (1.0, 1.25),
                              "free_abuse_from_over_cost", "accounts cost nothing", "newcomers", 100, share=.95),
    "M23 vesting": FactTest("vesting_shift", "the same with vesting over without", (2, INF), "unwatched_vesting_shift",
                            "payments asked for cost a ring nothing, and nobody looks at waiting accounts", "newcomers", 100,
                            share=.95),
    "M24": FactTest("abused_share", "share of a large bonus that reaches rings, hardly any check", (.05, .60), "crowd_abused_share",
                    "rings a thousand times as large", "newcomers", 100),
    "L47": FactTest("spending_per_subsidy", "CNY of sales more per CNY redeemed, to four months later", (2.5, 6.0),
                    "unmoved_spending_per_subsidy", "nobody shops sooner or elsewhere for a coupon", "coupons", 300),
    "L44 p": FactTest("fund_bass_p", "a year", (.1, .3), "loners_fund_bass_p", LONELY_SAVERS, "fund_takers", 1_000),
    "L44 q": FactTest("fund_bass_q", "a year", (1.5, 3.0), "loners_fund_bass_q", LONELY_SAVERS, "fund_takers", 1_000),
    "M15 week": FactTest("fund_users_week", "M users", (.8, 1.2), "no_gap_fund_users_week", NO_GAP, "fund_takers", 1_000),
    "M15 end 2013": FactTest("fund_users_end_2013", "M users", (34.4, 51.6), "loners_fund_users_end_2013", LONELY_SAVERS, "fund_takers",
                             1_000),
    "M15 February 2014": FactTest("fund_users_feb_2014", "M users", (64.8, 97.2), "loners_fund_users_feb_2014", LONELY_SAVERS,
                                  "fund_takers", 1_000),
    "M15 end 2014": FactTest("fund_users_dec_2014", "M users", (148, 222), "loners_fund_users_dec_2014", LONELY_SAVERS, "fund_takers",
                             1_000),
    "M16 end 2013": FactTest("fund_assets_end_2013", "bn CNY", (157.5, 213.1), "steady_fund_assets_end_2013", STEADY, "fund_takers", 1_000),
    "M16 February 2014": FactTest("fund_assets_mid_feb", "bn CNY", (340, 460), "steady_fund_assets_mid_feb", STEADY, "fund_takers", 1_000),
    "M16 March 2014": FactTest("fund_assets_mar_2014", "bn CNY", (460, 622.5), "steady_fund_assets_mar_2014", STEADY, "fund_takers", 1_000),
    "M16 end 2014": FactTest("fund_assets_dec_2014", "bn CNY", (492, 665.7), "steady_fund_assets_dec_2014", STEADY, "fund_takers", 1_000),
    "M16 plateau": FactTest("fund_growth_slows", "growth a month, March to December 2014 over that of the winter", (-.25, .25),
                            "steady_fund_growth_slows", STEADY, "fund_takers", 1_000),
    "M18 balance": FactTest("fund_balance_end_2013", "CNY a user", (3_800, 4_800), "steady_fund_balance_end_2013", STEADY, "fund_takers",
                            1_000),
    "M19": FactTest("fund_redeemed_share", "redeemed over subscribed to March 2014", (.55, .65), "held_fast_fund_redeemed_share",
                    "nobody lives or shops on what is in the fund", "fund_takers", 1_000),
    "S27": FactTest("payment_share_start", "% of payments at platforms", (43, 52), "newcomer_payment_share_start",
                    "a platform that a fifth use at the start", "payments_seen", 10_000),
    "S28": FactTest("mobile_payment_share_start", "% of payments on phones", (25, 35), "easy_mobile_payment_share_start",
                    "paying there on a phone is as easy as at rivals", "payments_seen", 10_000),
    "M11 total": FactTest("payment_share_end", "% of payments at platforms", (45, 53), "without_payment_share_end", NO_APPLICATION,
                          "payments_seen", 10_000),
    "M11 phones": FactTest("mobile_payment_share_end", "% of payments on phones", (73, 83), "without_mobile_payment_share_end",
                           NO_APPLICATION, "payments_seen", 10_000),
    "M11 order": FactTest("mobile_gain_over_total", "points gained on phones less moved in all", (10, INF),
                          "without_mobile_gain_over_total", NO_APPLICATION, "payments_seen", 10_000),
    "C1": FactTest("war_price_index", "price index, the first day is 1", (0, .97), "fixed_price_index", STAYS, "war_payments", 10_000),
    "C2": FactTest("hold_out_gain_percent", "% of own profit with a year of customers", (0, INF), "obliged_gain_percent", RIGHT,
                   "adjusted_registrations", 300),
    "C30 sales": FactTest("supplier_sales_lost", "CNY in two months", (1e6, INF), "lone_sales_lost", LONE_SUPPLIERS,
                          "supplier_first_failures", 3, share=.9),
    "C30 buyers": FactTest("buyer_failures_more", "shops of the slice", (1, INF), "lone_failures_more", LONE_BUYERS,
                           "supplier_first_failures", 3),
    "C31": FactTest("circle_failures_more", "shops of the slice", (1, INF), "no_circles_failures_more", NO_CIRCLES,
                    "circle_first_failures", 3),
    "L29 size": FactTest("size_points", "% failing after the larger half of losses, less the smaller", (3, INF), "shuffled_size_points",
                         SHUFFLED_LOSSES, "debtor_failures", 10, share=.9),
    "L21": FactTest("defaults_deter_more_points", "points of strategic owners, walked away under full history less defaults only",
                    (.5, INF), "unknown_defaults_deter_more_points", NOBODY_TOLD, "walked_unshared", 50),
    "C20": FactTest("full_tells_more_auc", "AUC of a card on full history less on defaults", (.06, .18), "alike_full_tells_more_auc", ALIKE,
                    "selection_bads", 500, pooled=True),
    "C21": FactTest("curse_points", "points of bad loans over the score's, less informed over more", (1, INF), "same_eyes_curse_points",
                    SAME_EYES, "contested_loans", 100),
    "C22": FactTest("rivalry_points", "points a year over break-even, against rivals less with none", (-INF, -2), "in_turn_rivalry_points",
                    IN_TURN, "contested_loans", 100, share=.9),
    "L30 friends": FactTest("friends_z", "standard errors: share of friends who left", (5, INF), "shuffled_friends_z", SHUFFLED_FRIENDS,
                            "runners", 100, share=.9),
    "L30 relation": FactTest("relation_z", "standard errors: years as a customer", (-INF, -5), "meaningless_relation_z", MEANINGLESS,
                             "runners", 100),
    "L30 loan": FactTest("loan_z", "standard errors: has a loan", (-INF, -5), "meaningless_loan_z", MEANINGLESS, "runners", 100),
    "L30 insurance": FactTest("insured_z", "standard errors: share insured", (-INF, -5), "meaningless_insured_z", MEANINGLESS,
                              "runners", 100, share=.9),
    "C50": FactTest("run_point_error", "points of assets, worst of three covers", (0, .25), "uninsured_run_point_error",
                    "the point as if nobody were insured", "runners", 100, share=.95),
    "C51": FactTest("ran_less_insured_percent", "% of depositors, no insurance less 3 000 CNY", (20, 100),
                    "unread_ran_less_insured_percent", "nobody reads of the failure", "runners", 100, share=.9),
}
ABOUT_CREDIT = ("S09", "S10", "S11", "S19", "D06", "D07", "L11")
SOURCES_TESTS = {"L10 together", "L10 gain", "L11 short history", "C10", "C11"}  # by `sources_outcome` of `experiments.sharing_outcomes`
SHARING_TESTS = {"C12", "L15", "L18", "L19"}
CREDIT_TESTS = {name for name in TESTS if name[:3] in ABOUT_CREDIT} - SOURCES_TESTS  # answered by `experiments.credit_outcomes`
TRIAL_TESTS = {name for name in TESTS if name[:3] in ("L04", "L05", "L06")}  # answered by `experiments.rate_trial`
DETERRENCE_TESTS = {name for name in TESTS if name[:3] == "L26"}  # answered by `experiments.deterrence`
REPUTATION_TESTS = {name for name in TESTS if name[:3] == "L07"}  # answered by `experiments.reputation_outcomes`
PAYMENT_TESTS = {"S30", "M31"}  # answered by `experiments.payment_outcomes`
DIFFUSION_TESTS = {name for name in TESTS if name[:3] in ("L42", "L50")}  # answered by `experiments.diffusion_outcomes`
PROMOTION_TESTS = {name for name in TESTS if name[:3] in ("M23", "M24", "L47")}  # answered by `experiments.promotion_outcomes`
CUSTOMER_TESTS = {"L46 forecast"}  # answered by `experiments.customer_outcomes`
MARKETING_TESTS = {name for name in TESTS if name[:3] in ("L32", "L36", "L38", "L49")}  # answered by `experiments.marketing_outcomes`
PRODUCT_TESTS = {name for name in TESTS if name[:3] in ("L44", "M15", "M16", "M18", "M19", "S27", "S28", "M11")}  # `product_outcomes`
DEBTOR_TESTS = {"L29 size"}  # answered by `experiments.debtor_failures`
CONTAGION_TESTS = {"C30 sales", "C30 buyers", "C31"}  # answered by `experiments.contagion_outcomes`
DISCIPLINE_TESTS = {"L21", "C20"}  # answered by `experiments.discipline`
CONTEST_TESTS = {"C21", "C22"}  # answered by `experiments.contest_outcomes`
PANIC_TESTS = {name for name in TESTS if name[:3] in ("L30", "C50", "C51")}  # `panic_outcomes`
STRATEGY_TESTS = {"C1", "C2"}  # answered by `experiments.strategy_outcomes`
ALTERNATES = {"M32": "M01: H1 2012 gives 7 647 CNY a draw, Q1 2013 10 909; both lie in 7 000-12 500 and cannot both hold in one year",
              "M33": "D01, D02: recalled 30 draws of 4 days, not 18 of 7; S14 gives 15-24", "M34": "D04: recalled 2 bn against .56-.80 bn"}
CONTEXT = {"L23": "replicated in tests/theory/test_open_banking.py: a test of theory, no number of the market",
           "L31": "experiments/common_model.py: the common score is the better one here, and without a shock less is lost with it",
           "S29": "the scenario bank-opens-shop is set against it",
           "L48": "deals.shopping_response and the segments' price sensitivity are set to it",
           "M25": "the scenario red-packet sends them in a slice of ten million; counts of a country cannot be run",
           "M10": "levels of a whole country beyond the slice of mobile-wallet"}
INPUTS = {"S01", "S02", "S06", "S07", "S15", "S16", "S17", "S20", "S22", "S23", "S24", "S25", "S34", "M17", "M28", "M31", "D13"}
LATER = {"credit": "learned scorecards, default and enforcement come with later work", "risk": "later work on credit",
         "organisation": "later work on officers", "payments": "growth of an industry, not shares",
         "competition": "about rivals that are in no scenario", "adoption": "not of the fund", "marketing": "later work on marketing",
         "abuse": "not of a bonus", "p2p": "later work on P2P", "bigtech": "end states of 2019 and 2020, after the years that are run",
         "regulation": "input", "rates": "later work on credit", "selection": "later work on credit",
         "reputation": "later work on credit",
         "scoring": "a sanity range, or about machine learning after a shock, and cards here are scorecards",
         "sharing": "comparative statics of joining and of repeated dealing, which no experiment here varies",
         "openbank": "counts of countries", "enforcement": "later work on default", "network": "no experiment here asks it",
         "monoculture": "no experiment here asks it", "ads": "later work on media", "wom": "later work on word of mouth",
         "diffusion": "later work on diffusion", "clv": "later work on marketing", "promo": "an anchor", "trust": "later work on trust",
         "abm": "later work on diffusion", "kpi": "target line, not a validation fact", "data": "policy switch of later work",
         "strategy": "target line of later work", "partnership": "scenario of later work"}


def facts() -> dict[str, dict]:
    """All facts by id."""
    return {fact["id"]: fact for fact in json.loads(FACTS_FILE.read_text(encoding="utf-8"))}


def tests_of(fact_id: str) -> list[str]:
    """Keys of `TESTS` that belong to a fact: its id, or its id and a word for what of it is tested."""
    return [key for key in TESTS if key.split()[0] == fact_id]


def status_of(fact: dict) -> str:
    """"tested", "input", "alternate of X: why", "context: why" or "not tested yet: why"."""
    name = fact["id"]
    if tests_of(name):
        return "tested"
    if name in ALTERNATES:
        return f"alternate of {ALTERNATES[name]}"
    if name in CONTEXT:
        return f"context: {CONTEXT[name]}"
    if name in INPUTS or fact["band"] == "input":
        return "input"
    reason = LATER.get(fact["group"], "later work")
    if fact["role"] == "target" or reason.startswith("target"):
        return f"context: {reason}"
    return f"not tested yet: {reason}"
