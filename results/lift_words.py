"""The words of the page on what each tactic caused, English and Chinese; part of `results.words.WORDS`."""

# ruff: noqa: E501 (a table of sentences)

LIFT_WORDS: dict[str, tuple[str, str]] = {
    "lift_question": ("What did each channel really cause?", "每个渠道真正带来了什么?"),
    "lift_goal_new_users": ("new users", "新用户"),
    "lift_goal_registrations": ("registrations", "注册"),
    "lift_goal_payments": ("payments", "支付笔数"),
    "lift_goal_profit": ("profit", "利润"),
    "lift_tactic": ("Tactic", "手段"),
    "lift_last_touch": ("Last touch", "末次触点"),
    "lift_held_out": ("Hold-out", "留出实验"),
    "lift_truth": ("Truth", "真实增量"),
    "lift_ratio": ("Last touch / truth", "末次触点 / 真实"),
    "lift_cost_each": ("Cost of one more", "每增一个成本"),
    "lift_roi": ("ROI", "投资回报率"),
    "lift_marginal_roi": ("Marginal ROI", "边际回报率"),
    "lift_together": ("All together", "全部合计"),
    "lift_remainder": ("Of that, by acting together", "其中相互作用"),
    "lift_more_together": ("together less one by one", "合计减逐个之和"),
    "lift_spent": ("{channel} · spent {spent}", "{channel} · 花费 {spent}"),
    "lift_together_caused": ("Together the {k} tactics caused {difference} {goal} (95% interval {interval})",
                             "{k} 项手段合计带来 {difference} {goal} (95% 区间 {interval})"),
    "lift_one_caused": ("{tactic} caused {difference} {goal} (95% interval {interval})", "{tactic} 带来 {difference} {goal} (95% 区间 {interval})"),
    "lift_unsure": ("{tactic}: no effect on {goal} is detectable with {n} replicates (95% interval {interval}; {needed} would be needed to "
                    "detect one as large as the mean found, {difference})",
                    "{tactic}: {n} 次重复未检出对{goal}的影响 (95% 区间 {interval}; 检出均值 {difference} 大小的影响需{needed})"),
    "lift_unsure_together": ("What the {k} tactics together did to {goal} is not detectable with {n} replicates (95% interval {interval}; {needed} "
                             "would be needed to detect an effect as large as the mean found, {difference})",
                             "{k} 项手段合计对{goal}的影响在 {n} 次重复中未检出 (95% 区间 {interval}; 检出均值 {difference} 大小的影响需{needed})"),
    "lift_no_difference": ("{tactic}: {goal} did not differ in any of the {n} replicates", "{tactic}: {n} 次重复中{goal}均无差异"),
    "lift_credits": ("; last touch credits {credited}", "; 末次触点归功 {credited}"),
    "lift_credits_times": ("; last touch credits {credited}, {ratio} as many", "; 末次触点归功 {credited}, 为真实的 {ratio}"),
    "lift_each": ("One by one: {each}.", "逐项: {each}。"),
    "lift_each_found": ("{tactic} {difference} ({interval})", "{tactic} {difference} ({interval})"),
    "lift_each_unsure": ("{tactic} not detectable ({interval}; {needed} would be needed)", "{tactic} 未检出 ({interval}; 需{needed})"),
    "lift_each_same": ("{tactic} no difference in any replicate", "{tactic} 各次重复均无差异"),
    "lift_stop": (".", "。"),
    "lift_join": ("; ", "; "),
    "lift_undetected": ("not detectable", "未检出"),
    "lift_needs": ("{interval}; {needed}", "{interval}; 需{needed}"),
    "lift_replicates": ("about {n} replicates", "约 {n} 次重复"),
    "lift_more_than": ("more than {n} replicates", "超过 {n} 次重复"),
    "lift_same": ("no difference", "无差异"),
    "lift_same_note": ("in any of {n} replicates", "{n} 次重复均同"),
    "lift_at_least": ("at least {value}", "至少 {value}"),
    "lift_none": ("–", "–"),
    "lift_axis": ("{goal}, {unit}", "{goal}, {unit}"),
    "lift_figure": ("What last touch credits, what a hold-out experiment says and what is true, by tactic, with 95% intervals over replicates. Hollow: "
                    "not detectable, the interval includes 0.",
                    "各手段的末次触点归功、留出实验结果与真实增量及重复间 95% 区间。空心: 未检出, 区间含 0。"),
    "section_lift": ("What each tactic caused", "各手段的作用"),
    "section_lift_experiment": ("What an experiment inside the world would have said", "世界内的实验会怎么说"),
    "section_lift_curves": ("The response to the budget", "对预算的反应"),
    "lift_experiment_sentence": ("In every replicate an analyst keeps {share} of a tactic's audience from it by lot and compares. {words} The part of a budget "
                                 "that would have bought their exposures is not spent.",
                                 "每次重复中, 分析者随机留出 {share} 受众不予投放并作比较。{words}本应用于他们的预算不花。"),
    "lift_interference": ("Word of mouth and imitation reach the held out too, through friends whom the tactic brought: the experiment misses what is passed "
                          "on, and compares with people who are better off than without the campaign.",
                          "口碑与模仿会经由被带来的朋友波及留出者: 实验测不到传播部分, 且其对照并非真正没有活动。"),
    "lift_experiments_mean": ("Mean of the experiments", "实验均值"),
    "lift_error": ("Standard error of one", "单次标准误"),
    "lift_found": ("Find an effect", "检出比例"),
    "lift_bias": ("Less the truth", "减真实值"),
    "lift_pairing": ("Pairing of the truth saved", "真实值配对节省"),
    "lift_curve_figure": ("{goal} caused by {budgets} times the budget of each tactic, the others as they are, with 95% intervals over the same {n} worlds. "
                          "Dotted: the scenario's budget. Hollow: not detectable.",
                          "各手段预算为 {budgets} 倍时带来的{goal}, 其他手段不变, 区间为同 {n} 个世界的 95% 区间。虚线: 情景预算。空心: 未检出。"),
    "lift_budget_axis": ("Budget, {unit}", "预算, {unit}"),
    "lift_budget": ("Budget", "预算"),
    "lift_cost": ("Cost", "成本"),
    "lift_profit_change": ("Profit", "利润"),
    "lift_note_cost": ("Cost: what the platform laid out for all marketing, with the tactic less without it; a budget that finds nobody to show is not spent. "
                       "ROI: (commission caused − cost) / cost within the run. Marginal ROI: the same for a tenth more budget. Intervals of ratios: "
                       "bootstrap over replicates. Where the truth is not detectable a ratio has no value; \"at least\" is with the upper end of the truth.",
                       "成本: 平台全部营销支出, 有该手段减无; 无人可投的预算不花。投资回报率: 期内 (带来的佣金 − 成本) / 成本。边际回报率: 预算增加一成时的同一比率。比率区间由对重复的自助法得出。真实值未检出时比率无值; “至少”用真实值区间上端。"),
    "lift_note_needed": ("Not detectable: the interval includes 0, which is not the same as no effect. The replicates named would find an effect as large as "
                         "the mean found in four of five experiments (80% power).",
                         "未检出: 区间含 0, 不等于没有作用。所列重复次数可在五次实验中四次检出均值大小的作用 (80% 功效)。"),
    "lift_note_together": ("All together: all measured tactics off at once. The remainder is that less the sum of the single ones: above 0 they need one "
                           "another, below 0 they win the same people.",
                           "全部合计: 同时停用全部所测手段。余项为合计减逐个之和: 大于 0 则互相依赖, 小于 0 则争取同一批人。"),
    "lift_caveat_truth": ("The truth is the same world and the same luck with the budget at 0, all else equal, in each of {n} replicates; nobody inside the "
                          "world can see it.",
                          "真实增量: {n} 次重复中, 同一世界同一运气, 仅预算为 0; 世界内无人能看到。"),
    "lift_caveat_last_touch": ("Last touch credits the last click of {click} days or the last invitation, else the advertisement seen in the last {view} day(s): "
                               "also for those who would have come anyway, and nothing for those who came later by themselves or through friends.",
                               "末次触点把功劳归于 {click} 天内最后一次点击或邀请, 否则归于 {view} 天内看到的广告: 含本来就会来的人, 不含此后自来或经朋友而来的人。"),
    "lift_caveat_profit": ("For profit, last touch and the hold-out stand for the commission on what is credited less what the tactic spent, as an analyst would "
                           "compute it; the truth is the platform's profit in the books.",
                           "就利润而言, 末次触点与留出实验为归功佣金减该手段花费 (分析者的算法); 真实值为平台账面利润。"),
    "lift_caveat_no_experiment": ("No hold-out is possible for {names}: whom friends invite, and who searches for the platform's name, is not the platform's to "
                                  "draw by lot.",
                                  "{names} 无法做留出实验: 朋友邀请谁、谁搜索平台名称, 平台无法抽签决定。"),
    "lift_caveat_days": ("Runs end after {days} days: what awareness, habits and word of mouth bring later is not counted, nor are later payments of those who "
                         "came. Rivals do not answer a changed budget.",
                         "运行止于 {days} 天: 此后由认知、习惯与口碑带来的以及来者此后的支付均未计入。竞争者不对预算变化作出反应。"),
    "lift_caveat_weight": ("One simulated consumer stands for {weight}: an experiment on the real number of them would have a standard error {root} times "
                           "smaller than the one shown, and the same bias.",
                           "一个模拟消费者代表 {weight} 人: 真实人数的实验标准误为所示的 1/{root}, 偏误相同。"),
}
