"""The words of figures and reports, English and Chinese; names of measures come from `results.measures`.

A key holds (English, Chinese); names in braces are filled in by whoever asks and are the same in both (a test).
"""

# ruff: noqa: E501 (a table of sentences)

from results.lift_words import LIFT_WORDS
from results.measures import MEASURES
from results.numbers import plain_unit
from sim.core.errors import UserError

LANGUAGES = ("en", "zh")

WORDS: dict[str, tuple[str, str]] = {
    **LIFT_WORDS,
    # --- sweeps ---
    "section_response": ("How each factor moves it", "各因素的影响"),
    "section_heat": ("Two factors together", "两个因素的共同影响"),
    "section_fan": ("Day by day", "逐日走势"),
    "section_failures": ("Runs that failed", "失败的运行"),
    "caption_response": ("{measure}, by factor: mean over the other factors and over worlds. Light band: its 95% interval over worlds. Dark "
                         "band: the 95% interval of the difference from the left end within the same worlds. Dots, if the values were drawn: the "
                         "points, each with other values of the other factors.",
                         "{measure} 随各因素的变化: 对其他因素与各世界取平均。浅带为各世界间 95% 区间; 深带为同一世界内与最左端之差的 95% 区间。抽样取值时, 点为各设计点, 其他因素各不相同。"),
    "caption_heat": ("{measure}: mean over worlds and over the other factors.", "{measure}: 对各世界与其他因素取平均。"),
    "caption_fan": ("{measure}, day by day: the median over worlds, half of them in the dark band, nine in ten in the light one.",
                    "{measure} 逐日走势: 线为各世界中位数, 深带含一半世界, 浅带含九成。"),
    "fan_level": ("Level", "水平"),
    "fan_difference": ("Difference from {first} in the same world", "同一世界内与“{first}”之差"),
    "the_first": ("the first", "第一个"),
    "fan_sentence": ("Levels spread because worlds differ; what a change does in each of them is in the differences ({n} worlds).",
                     "水平的离散来自世界不同; 改变的作用见同一世界内之差 ({n} 个世界)。"),
    "a_day": ("{unit} a day", "{unit}/天"),
    "day_axis": ("Day", "天"),
    "sweep_meta": ("{runs} runs: {points} points, {n} replicates", "{runs} 次运行: {points} 个设计点, {n} 次重复"),
    "sweep_days": ("{days} days each", "每次 {days} 天"),
    "sweep_question": ("What does it change to vary {factors}?", "改变 {factors} 会带来什么?"),
    "sweep_answer": ("{found} of {tested} differences from the first point are other than 0 after correction for how many were looked at; "
                     "without it, about {chance} would seem so by luck alone.",
                     "与第一个设计点相比, {tested} 个差异中有 {found} 个在多重比较校正后不为 0; 若不校正, 仅凭运气约有 {chance} 个会显得不为 0。"),
    "sweep_nothing": ("There is nothing to compare: no measure differs between points in a way that can be tested.", "没有可比较的内容: 各设计点间没有可检验的差异。"),
    "p_holm": ("p (Holm)", "p (Holm)"),
    "holm_note": ("Differences are from the first point ({base}), world by world; p is corrected over the whole table (Holm 1979).",
                  "差异均相对第一个设计点 ({base}), 逐世界配对; p 对整张表校正 (Holm 1979)。"),
    "rows_shown": ("The {shown} surest of {all} differences; all are in summary/effects.csv.", "所示为 {all} 个差异中最确定的 {shown} 个; 全部见 summary/effects.csv。"),
    "failures_sentence": ("Runs that failed and are left out: {n}; failures.jsonl lists them all.", "{n} 次运行失败, 未计入; 全部见 failures.jsonl。"),
    "caveat_sweep": ("Replicate r of every point is the same world and luck, {n} worlds in all; intervals are over worlds.",
                     "每个设计点的第 r 次重复是同一世界与同一运气, 共 {n} 个世界; 区间为各世界间的区间。"),
    "caveat_response": ("A curve over one factor averages over the others: where factors act together, look at the two of them.",
                        "单因素曲线对其他因素取平均; 若因素有交互, 请看两因素图。"),
    # --- figures ---
    "minutes_since_start": ("Minutes since the start", "开始后分钟数"),
    "share_of_pool": ("Share of the pool lent", "已放款占额度比例"),
    "pool": ("pool", "额度上限"),
    "median": ("median", "中位数"),
    "one_pair": ("one pair", "单对路径"),
    "reported_minutes": ("reported: {minutes} min", "报道：{minutes} 分钟"),
    "attention": ("Attention: clients at the screen", "关注度：守候的客户比例"),
    "throughput": ("Throughput, loans a minute", "系统吞吐量，笔/分钟"),
    "minutes_to_sell_out": ("Minutes to sell out (median of pairs)", "售罄分钟数（各对中位数）"),
    "lasts": ("lasts", "未售罄"),
    "this_scenario": ("this scenario", "本情景"),
    "with": ("with", "有活动"),
    "without": ("without", "无活动"),
    "with_event": ("with the event", "有活动"),
    "without_event": ("without it", "无活动"),
    "book_axis": ("Loan book, {unit}", "贷款余额，{unit}"),
    "draws_axis": ("Drawn a day, {unit}", "每日放款，{unit}"),
    "event": ("event", "活动"),
    "days_after": ("Days after the event", "活动后天数"),
    "relative_axis": ("Lending against without", "放款相对无活动"),
    "cumulative_axis": ("Net lending since the event, {unit}", "活动以来净放款，{unit}"),
    "interval_95": ("95% interval", "95% 区间"),
    "lent_at_cut_rate": ("lent at the cut rate", "优惠利率放款"),
    "npl_axis": ("NPL ratio", "不良率"),
    "too_few_bad": ("too few bad loans to be a number:\n{n} simulated, 30 are needed", "不良贷款过少，不成数字：\n模拟 {n} 笔，需 30 笔"),
    "size_group": ("Shops by granted line before the event, thousand CNY", "按活动前授信额度分组的店铺，千元"),
    "share_of_group": ("Share", "占比"),
    "winners_share": ("of winners", "占获贷者"),
    "promoted_share": ("of promoted money", "占优惠放款额"),
    "ordinary_share": ("of ordinary money", "占平日放款额"),
    "equal_share": ("equal shares", "均等"),
    "loan_size_axis": ("Size of loan, thousand CNY", "单笔金额，千元"),
    "share_of_loans": ("Share of loans", "占笔数"),
    "promoted_loans": ("promoted", "优惠放款"),
    "ordinary_loans": ("ordinary days", "平日放款"),
    "largest_allowed": ("limit {limit}", "上限 {limit}"),
    "change_axis": ("Change over {days} days, {unit}", "{days} 天变化，{unit}"),
    "part_promoted": ("lent at the cut rate", "优惠利率放款"),
    "part_anyway": ("would have been lent that day anyway", "当日本会放出"),
    "part_soon": ("brought forward from the next {days} days", "由其后 {days} 天提前"),
    "part_later": ("brought forward from later days", "由更晚日期提前"),
    "part_new": ("new lending", "净新增放款"),
    "relative_effect_axis": ("Change against {baseline}, %", "相对 {baseline} 变化，%"),
    "sector_consumers": ("consumers", "消费者"),
    "sector_merchants": ("merchants", "商户"),
    "sector_lenders": ("micro-loan companies", "小贷公司"),
    "sector_guarantors": ("guarantee company", "担保公司"),
    "sector_banks": ("banks", "银行"),
    "sector_platforms": ("platforms", "平台"),
    "sector_world": ("rest of the world", "外部"),
    "party_platform_profit": ("platform", "平台"),
    "party_lender_profit": ("micro-loan companies", "小贷公司"),
    "party_bank_profit": ("banks", "银行"),
    "party_merchant_profit": ("merchants", "商户"),
    # --- lending ---
    "section_lending": ("Lending", "信贷"),
    "lender": ("Lender", "贷款方"),
    "lender_platform": ("micro-loan companies", "小贷公司"),
    "lender_large_bank": ("large banks", "大型银行"),
    "lender_relationship_bank": ("relationship banks", "关系型银行"),
    "lender_micro_specialist": ("micro-specialist banks", "小微专营银行"),
    "lender_supply_chain": ("supply-chain finance", "供应链金融"),
    "lender_p2p": ("P2P company", "P2P 公司"),
    "regime_closed_loop": ("closed loop of the platform", "平台闭环数据"),
    "regime_limited": ("surface of a B2B site", "B2B 网站表面数据"),
    "regime_bank_file": ("bank file", "银行档案"),
    "regime_visited_file": ("visit of an officer", "信贷员走访"),
    "regime_order_history": ("order history", "订单历史"),
    "regime_thin_file": ("thin file", "薄档案"),
    "sample_own": ("Its own borrowers, by its own outcome", "自有借款人, 按其自身结果"),
    "sample_all": ("All shops, by the probe", "全部店铺, 按探测贷款"),
    "lending_auc": ("Of a shop that fails within a year and one that does not, the micro-loan companies' score ranks the failing one as riskier in {all} "
                    "of 100 cases (all open shops, a coin gives 50). They would lend to {approved} of them.",
                    "一家一年内倒闭的店铺与一家未倒闭的店铺相比, 小贷公司评分在 100 次中有 {all} 次把前者排为更高风险（全部营业店铺, 掷硬币为 50）。其愿放贷的店铺占 {approved}。"),
    "lending_few_bads": ("How well lenders can tell is not a number here: {n} failures were seen at all looks together, {least} are needed, and a look is "
                         "judged a year later.",
                         "此处无法说明贷款方的识别能力: 历次观察共见 {n} 次倒闭, 需 {least} 次, 且每次观察须一年后方可评判。"),
    "lending_data": ("What data are worth: a card fitted to all that the platform sees reaches an AUC of {closed} on shops it has not seen, one fitted to "
                     "what anybody can find out {thin}. What the micro-loan companies really used, learnt from their own borrowers, reaches {own}.",
                     "数据的价值: 用平台所见全部数据拟合的评分卡, 对未见过的店铺 AUC 为 {closed}; 仅用公开可查的数据为 {thin}。小贷公司实际所用、从自有借款人中学得的评分为 {own}。"),
    "lending_break_even": ("A loan of the micro-loan companies costs {cost} of staff and decisions and pays from {size} on; their mean loan is {mean}.",
                           "小贷公司每笔贷款的人工与审批成本为 {cost}, 金额达 {size} 起有利可图; 平均单笔为 {mean}。"),
    "lending_too_short": ("The run is too short to say anything about lenders.", "本次运行过短, 无法说明贷款方情况。"),
    "lending_auc_own": ("AUC, own borrowers", "AUC (自有借款人)"),
    "lending_auc_accepted": ("AUC, accepted", "AUC (获批店铺)"),
    "lending_auc_all": ("AUC, all shops", "AUC (全部店铺)"),
    "lending_brier_all": ("Brier score, all shops", "Brier 评分 (全部店铺)"),
    "lending_approved_share": ("Approved of all shops", "批准占比 (全部店铺)"),
    "lending_npl_180": ("NPL, written off at 180 days", "不良率 (180 天核销)"),
    "lending_npl_360": ("NPL, written off at 360 days", "不良率 (360 天核销)"),
    "lending_loss_over_flow": ("Loss over flow", "核销 / 放款"),
    "lending_loans_per_officer_month": ("Loans per officer and month", "每信贷员每月放款笔数"),
    "lending_break_even_size": ("Break-even loan", "盈亏平衡单笔金额"),
    "lending_loans": ("Loans made", "放款笔数"),
    "lending_mean_size": ("Mean loan", "平均单笔"),
    "lending_mean_life_days": ("Mean life of a yuan lent", "平均占用天数"),
    "lending_interest": ("Interest", "利息收入"),
    "lending_funding": ("Cost of funds", "资金成本"),
    "lending_written_off": ("Write-offs", "核销"),
    "lending_staff": ("Staff", "人工成本"),
    "lending_decision_costs": ("Computing of decisions", "审批计算成本"),
    "lending_profit": ("Profit", "利润"),
    "lending_profit_per_loan": ("Profit a loan", "每笔利润"),
    "lending_cost_per_decision": ("Cost of a decision, staff included", "每次审批成本 (含人工)"),
    "who_can_tell": ("Who can tell", "识别能力"),
    "bad_loans": ("Bad loans", "不良贷款"),
    "what_a_loan_earns": ("What a loan earns and costs", "单笔贷款的收益与成本"),
    "caption_lenders": ("Lenders side by side. AUC: means over monthly looks. Bad loans, earnings and costs: the last {days} days. Loss over flow: written "
                        "off over lent. A dash: nothing of the kind was seen or booked.",
                        "各贷款方对比。AUC 为各月平均; 不良、收益与成本取最近 {days} 天; 核销 / 放款: 同期核销除以放款。短横线: 未观察到或未入账。"),
    "caption_lender_effects": ("{name} against {baseline} by lender, pair by pair, with 95% intervals. Grey: not detectable.",
                               "{name} 相对 {baseline}, 按贷款方逐对比较, 95% 区间。灰色: 未检出。"),
    "caption_fits": ("Scorecards made. A lender decides by its expert's card until one of its own is fitted, and keeps the last if none comes out; AUC is "
                     "on the cases it was fitted to, PSI the shift since the fit before.",
                     "评分卡拟合记录。拟合成功前按专家卡审批, 拟合失败则沿用上一张; AUC 取自拟合样本, PSI 为与上次拟合样本的偏移。"),
    "no_fits": ("No card was tried: too few bad loans were seen, so the expert's card decided all the time.", "未尝试拟合: 不良样本不足, 始终由专家卡审批。"),
    "new_card": ("a new card", "启用新卡"),
    "attempts": ("Attempts", "尝试次数"),
    "outcomes": ("Outcomes", "结果数"),
    "bads": ("Bads", "坏样本"),
    "fit_auc": ("AUC on them", "样本内 AUC"),
    "what_came": ("What came of it", "结果"),
    "date": ("Date", "日期"),
    "too_few": ("too few", "过少"),
    "few_of": ("{n} of {least} bads", "坏样本 {n} / {least}"),
    "lender_with": ("{lender} ({n})", "{lender} ({n})"),
    "not_drawn": ("Not drawn, with fewer than {least} simulated bad loans: {lenders}.", "模拟不良不足 {least} 笔而未绘: {lenders}。"),
    "line_all": ("all shops", "全部店铺"),
    "line_accepted": ("accepted", "获批店铺"),
    "look_axis": ("Day of the look", "观察日"),
    "no_size_pays": ("none pays", "均不盈利"),
    "auc_axis": ("AUC: who fails within a year", "AUC: 一年内倒闭的识别"),
    "predicted_axis": ("Probability of bad, as stated", "所述坏账概率"),
    "observed_axis": ("Share that turned bad", "实际变坏占比"),
    "age_label": ("written off at {age} days", "{age} 天核销"),
    "band_axis": ("Tenth of the first look, from safe to risky", "首次观察的十分位, 由安全到高风险"),
    "share_of_shops": ("Share of shops", "店铺占比"),
    "first_look": ("first look", "首次观察"),
    "last_look": ("last look", "末次观察"),
    "psi_axis": ("PSI against the first look", "相对首次观察的 PSI"),
    "psi_stable": ("below: stable", "以下: 稳定"),
    "psi_shifted": ("above: shifted", "以上: 偏移"),
    "caption_calibration": ("Is a stated probability one? Shops in tenths of what the micro-loan companies' card says, and the share that turned bad; on the "
                            "dashed line it is. Left: what the lender sees, its own borrowers over 90 days past due within its window. Right: the truth, "
                            "all open shops that close, or whose owner walks away, within a year.",
                            "所述概率是否可信? 按评分卡所述概率十等分, 对比实际变坏占比; 落在虚线上即可信。左: 贷款方所见, 自有借款人在其观察窗内逾期超 90 天。右: 真实情况, 全部营业店铺一年内倒闭或店主逃债。"),
    "caption_auc": ("Left, above the line: a card fitted to half of all shops from what each kind of data shows, tried on the other half; below it: what "
                    "lenders really say of all shops. Right: the micro-loan companies' score month by month. What rests on too few failures is left out.",
                    "左图线上方: 用各类数据对半数店铺拟合、在另一半上检验的评分卡; 线下方: 各贷款方对全部店铺的实际评分。右图: 小贷公司评分逐月表现。样本过少者不列。"),
    "caption_intervals": ("Whiskers: 95% intervals over pairs.", "须线为各对 95% 区间。"),
    "caption_npl_lenders": ("Loans over 90 days past due over loans outstanding, by lender, if loans were written off 180 days (solid) or 360 days (dashed) "
                            "past due: the same loans, two readings.",
                            "各贷款方逾期 90 天以上贷款占比, 分别按逾期 180 天 (实线) 与 360 天 (虚线) 核销计: 同一批贷款, 两种读数。"),
    "caption_shift": ("Left: where shops stand in the score of the first card, at its first look and at the last. Right: how far each lender's scores have "
                      "moved since, new cards left out (PSI).",
                      "左: 按第一张评分卡, 首次与末次观察时店铺的分布。右: 各贷款方评分自首次观察以来的偏移 (PSI), 不计换卡影响。"),
    "caveat_probe": ("The truth is a probe: every open shop counts as if it had been lent to, and as bad if it closes or its owner walks away within a year, "
                     "whoever lent and however small the debt. A lender counts arrears of more than 90 days on its own loans, which are rarer.",
                     "真实情况以探测贷款衡量: 每家营业店铺都视作获贷, 一年内倒闭或店主逃债即为坏, 不论谁放贷、债务多小。贷款方只计自有贷款逾期 90 天以上, 更为少见。"),
    "caveat_accepted": ("A lender learns from those it accepted only. On them its score looks worse or better than it is, because those it refused, often the "
                        "plain cases, are missing: read accepted beside all.",
                        "贷款方只能从获批者中学习。被拒者往往最易判断, 缺了他们, 评分看起来会偏好或偏差: 请将获批与全部对照阅读。"),
    "caveat_ages": ("A ratio of bad loans says as much about when they are written off as about who fails: compare lenders at the same age, and with loss over "
                    "flow beside it.",
                    "不良率既取决于谁违约, 也取决于何时核销: 请在同一核销期限下比较, 并参看核销 / 放款。"),
    "caveat_break_even": ("Break-even loan: cost of staff and decisions a loan made, over what a yuan lent leaves after funds and write-offs. Staff counts in "
                          "full, refusals too; a bank's cost of funds is what the money would earn on its reserves, and own "
                          "capital of the micro-loan companies is free.",
                          "盈亏平衡单笔金额 = 每笔贷款的人工与审批成本 / 每元放款扣除资金成本与核销后的收益。人工全额计入, 含被拒申请; 银行资金成本按准备金收益计, 小贷公司自有资本不计成本。"),
    "caveat_lending_one_run": ("One run has no interval; the looks share shops and are not independent.", "单次运行没有区间; 各次观察含相同店铺, 并不独立。"),
    # --- targets ---
    "section_targets": ("Targets", "目标"),
    "section_target_courses": ("On the way to the targets", "目标进程"),
    "tile_targets": ("Targets met", "达成目标"),
    "tile_targets_of": ("Targets met, {name}", "达成目标（{name}）"),
    "targets_of": ("{met} of {all}", "{met} / {all}"),
    "targets_sentence": ("{name}: {met} of {all} targets met.", "{name}：{all} 项目标中达成 {met} 项。"),
    "targets_missed": ("missed: {names}", "未达成：{names}"),
    "targets_undecided": ("too close to call: {names}", "尚难断定：{names}"),
    "targets_not_due": ("not due yet: {names}", "未到期：{names}"),
    "targets_unknown": ("not known: {names}", "未知：{names}"),
    "targets_all_met": ("none is missed", "无未达成项"),
    "target": ("Target", "目标"),
    "target_by": ("By", "期限"),
    "gap": ("Gap to target", "与目标之差"),
    "reached_on": ("Reached on", "达到日期"),
    "met_in": ("Met in", "达成比例"),
    "status": ("Status", "状态"),
    "status_met": ("met", "达成"),
    "status_missed": ("missed", "未达成"),
    "status_undecided": ("too close to call", "尚难断定"),
    "status_not_due": ("not due yet", "未到期"),
    "status_unknown": ("not known", "未知"),
    "not_reached": ("not reached", "未达到"),
    "run_ends_before": ("run ends {date}", "运行止于 {date}"),
    "count_missed": ("{n} missed", "未达成 {n}"),
    "count_undecided": ("{n} too close to call", "尚难断定 {n}"),
    "count_not_due": ("{n} not due yet", "未到期 {n}"),
    "count_unknown": ("{n} not known", "未知 {n}"),
    "not_its_own": ("a target of another scenario", "其他情景的目标"),
    "direction_at_least": ("at least {value}", "至少 {value}"),
    "direction_at_most": ("at most {value}", "至多 {value}"),
    "met_replicates": ("{met} of {n}", "{met} / {n}"),
    "held_running_sum": ("sum since the first day", "首日以来合计"),
    "held_mean_30_days": ("mean of 30 days", "30 天均值"),
    "held_value": ("", ""),
    "caption_target": ("{name}: {measure}{held}, {wanted} by {date}. {band}", "{name}：{measure}{held}，{date} 前{wanted}。{band}"),
    "caption_target_band": ("Line: the median over {n} replicates; band: nine in ten of them.", "线为 {n} 次重复的中位数；带含九成。"),
    "targets_note": ("A target is met if the value on its date is on the right side: flows as a sum since the first day, shares of a day as their mean over "
                     "30 days, all else as it is. Reached on: the first day on which it was met, even if it was lost again.",
                     "目标按其期限当日的数值判定：流量取首日以来合计，当日比例取 30 天均值，其余取当日值。达到日期为首次满足之日，即使其后失去。"),
    "targets_interval_note": ("Values are medians over replicates. Their 95% intervals are order statistics from six replicates on; below six they are Student's, "
                              "which takes values for normal. Too close to call: the interval includes the target.",
                              "数值为各次重复的中位数。六次及以上时 95% 区间取次序统计量；不足六次取 Student 区间（假定近似正态）。尚难断定：区间包含目标。"),
    "targets_one_run_note": ("One run has no interval: another seed may fall on the other side of a target.", "单次运行没有区间：换种子可能落在目标另一侧。"),
    # --- answers ---
    "answer_created": ("It creates lending: over {days} days lending rose by {difference} (95% interval {interval}, {pairs} pairs), {share} of the "
                       "{promoted} lent at the cut rate {pace}.",
                       "活动创造了放款：{days} 天内放款增加 {difference}（95% 区间 {interval}，{pairs} 对），相当于优惠利率放款 {promoted} 的 {share}（{pace}）。"),
    "answer_partly": ("It moves most lending and creates a little: over {days} days lending rose by {difference} (95% interval {interval}, {pairs} "
                      "pairs), {share} of the {promoted} lent at the cut rate {pace}.",
                      "活动主要转移、少量创造放款：{days} 天内放款增加 {difference}（95% 区间 {interval}，{pairs} 对），相当于优惠利率放款 {promoted} 的 {share} "
                      "（{pace}）。"),
    "answer_moved": ("It moves lending rather than creating it: over {days} days lending changed by {difference} (95% interval {interval}, {pairs} "
                     "pairs) after {promoted} was lent at the cut rate {pace}.",
                     "活动转移而非创造放款：{days} 天内放款变化 {difference}（95% 区间 {interval}，{pairs} 对）；优惠利率放款 {promoted}（{pace}）。"),
    "answer_destroyed": ("It loses lending: over {days} days lending fell by {difference} (95% interval {interval}, {pairs} pairs) although {promoted} "
                         "was lent at the cut rate {pace}.",
                         "活动反而减少放款：{days} 天内放款变化 {difference}（95% 区间 {interval}，{pairs} 对），尽管优惠利率放款 {promoted}（{pace}）。"),
    "answer_undecided": ("Undecided: over {days} days lending changed by {difference} (95% interval {interval}, {pairs} pairs) after {promoted} was lent "
                         "at the cut rate {pace}; {needed} would tell a quarter of that from nothing.",
                         "尚无定论：{days} 天内放款变化 {difference}（95% 区间 {interval}，{pairs} 对）；优惠利率放款 {promoted}（{pace}）；"
                         "需 {needed} 方能分辨其四分之一与零。"),
    "answer_one_pair": ("Undecided: one pair of paths gives no interval; in it, lending over {days} days changed by {difference} after {promoted} was "
                        "lent at the cut rate {pace}. Run at least 2 pairs, better 5.",
                        "尚无定论：仅一对路径，无法给出区间；其中 {days} 天内放款变化 {difference}，优惠利率放款 {promoted}（{pace}）。至少运行 2 对，最好 5 对。"),
    "answer_no_draws": ("Nothing was lent at the cut rate, so there is no effect to speak of.", "没有按优惠利率放款，因此无效应可言。"),
    "pace_sold_out": ("in {minutes}", "{minutes}售罄"),
    "pace_lasts": ("and the pool was not used up", "额度未用完"),
    "pace_few": ("(too few winners simulated to speak of minutes: {n}, 75 are needed)", "模拟获贷者仅 {n} 户，不足 75 户，分钟数不成数字"),
    "answer_effects": ("Over {days} days {changes} ({pairs} pairs, 95% intervals).", "{days} 天内{changes}（{pairs} 对，95% 区间）。"),
    "answer_effects_none": ("Nothing is detectable over {days} days with {pairs} pairs, neither in {measures}.", "{days} 天内 {pairs} 对均未检出变化：{measures}。"),
    "changed_by": ("{measure} changed by {difference} ({interval})", "{measure}变化 {difference}（{interval}）"),
    "not_detected_short": ("no detectable change of {measures}", "{measures}未检出变化"),
    "mechanism": ("Of the {promoted} lent, {anyway} would have been lent that day anyway and {soon} is missing in the next {days} days, where lending "
                  "is {dip} lower.",
                  "{promoted} 放款中，{anyway} 当日本会放出，{soon} 是其后 {days} 天的减少：该段放款低 {dip}。"),
    "mechanism_undetected": ("Of the {promoted} lent, {anyway} would have been lent that day anyway; a dip in the next {days} days is not detectable.",
                             "{promoted} 放款中，{anyway} 当日本会放出；其后 {days} 天的回落未能检出。"),
    # --- what would change it ---
    "attention_name": ("Attention", "关注度"),
    "throughput_name": ("Throughput", "吞吐量"),
    "depth_name": ("Depth of the cut", "折让幅度"),
    "too_few_tile": ("too few events", "事件过少"),
    "needs_winners": ("{n} simulated winners; 75 are needed", "模拟获贷者 {n} 户；需 75 户"),
    "dip_sentence": ("On the first day lending is {rise} against the same day without. In the next {days} days it is {dip} (95% interval {interval}): the "
                     "dip that pull-forward leaves.",
                     "首日放款相对无活动同日 {rise}。其后 {days} 天为 {dip}（95% 区间 {interval}）：即提前所致回落。"),
    "dip_undetected": ("On the first day lending is {rise} against the same day without. A dip in the next {days} days is not detectable ({dip}, 95% "
                       "interval {interval}).",
                       "首日放款相对无活动同日 {rise}。其后 {days} 天未检出回落（{dip}，95% 区间 {interval}）。"),
    "dip_unknown": ("With one pair there is no interval for a dip in the next {days} days.", "仅一对路径，其后 {days} 天的回落没有区间。"),
    "change_attention": ("With {low} of clients at the screen {low_outcome}; with {high}, {high_outcome}. This scenario has {own}.",
                         "{low} 客户守候时，{low_outcome}；{high} 时，{high_outcome}。本情景为 {own}。"),
    "change_throughput": ("At {low} loans a minute {low_outcome}; at {high}, {high_outcome}. This scenario has {own}; {binding}.",
                          "每分钟 {low} 笔时{low_outcome}；{high} 笔时{high_outcome}。本情景为 {own} 笔；{binding}。"),
    "throughput_binds": ("more would still be faster", "再提高仍会更快"),
    "throughput_slack": ("more changes nothing here, attention decides", "再提高已无作用，由关注度决定"),
    "change_depth": ("Ordering early pays only for days early < loan life × cut / (1 − cut): at {own} off and a life of {life} that is {horizon}; "
                     "at 10% off {shallow}, at 40% {deep}. A deeper cut reaches further ahead; it moves more, and costs more.",
                     "提前订货仅在提前天数 < 贷款存续天数 × 折让 /（1 − 折让）时合算：折让 {own}、存续 {life} 时为 {horizon}；折让 10% 为 {shallow}，"
                     "40% 为 {deep}。折让越深，提前越多，转移越多，成本越高。"),
    "outcome_minutes": ("the pool is gone in {minutes}", "额度 {minutes}售罄"),
    "outcome_lasts": ("the pool lasts in {lasting} of {pairs} pairs", "{pairs} 对中 {lasting} 对额度未售罄"),
    "no_surface": ("The surface over attention and throughput was not run.", "未运行关注度与吞吐量曲面。"),
    # --- page ---
    "report_of": ("Report", "报告"),
    "question": ("The question", "问题"),
    "answer": ("The answer", "答案"),
    "no_question": ("What does {name} change?", "{name} 改变了什么?"),
    "what_would_change_it": ("What would change it", "何以改变结论"),
    "contents": ("Contents", "目录"),
    "days_from_to": ("{first} to {last}", "{first} 至 {last}"),
    "pairs_of_paths": ("{pairs} pairs of paths, {days} days each", "{pairs} 对路径，每条 {days} 天"),
    "tile_sell_out": ("Pool sold out in", "额度售罄用时"),
    "tile_winners": ("Winners", "获贷商户"),
    "tile_net": ("Net lending, {days} days", "{days} 天净放款"),
    "tile_dip": ("Lending, next {days} days", "其后 {days} 天放款"),
    "tile_given_up": ("Interest given up", "让利"),
    "tile_lender_profit": ("Profit of micro-loan companies", "小贷公司利润"),
    "median_range": ("median of pairs; {spread}", "中位数；各对 {spread}"),
    "winners_note": ("mean loan {mean}, largest {largest}", "平均 {mean}，最大 {largest}"),
    "interval_note": ("95% interval {interval}", "95% 区间 {interval}"),
    "not_detectable_note": ("not detectable: {interval}", "未检出：{interval}"),
    "given_up_note": ("on promoted loans: {cut} off for {life}", "仅优惠贷款：折让 {cut}，存续 {life}"),
    "same_in_every_pair": ("the same in every pair", "各对相同"),
    "section_rush": ("The rush", "抢贷"),
    "section_surface": ("Attention and throughput decide the minutes", "关注度与吞吐量决定分钟数"),
    "section_sources": ("Where the money came from", "资金从何而来"),
    "section_book": ("Book and draws", "余额与放款"),
    "section_dip": ("Pull-forward and dip", "提前与回落"),
    "section_npl": ("Bad loans", "不良贷款"),
    "section_winners": ("Who won", "谁获贷"),
    "section_interest": ("Interest given up", "让利"),
    "section_profit": ("Profit and loss", "损益"),
    "section_flows": ("Who paid whom", "资金流向"),
    "section_kpi": ("All measures", "全部指标"),
    "section_caveats": ("What to keep in mind", "注意事项"),
    "section_provenance": ("Where these numbers come from", "数据来源"),
    "section_daily": ("Day by day", "逐日"),
    "section_facts": ("Facts about clients", "客户事实"),
    "section_effects": ("What changed", "变化"),
    "caption_sell_out": ("Share of the pool lent by minute since the start. Thin lines: one pair each; thick: the median share.",
                         "开始后各分钟已放款占额度比例。细线为单对路径；粗线为中位数。"),
    "caption_surface": ("Median minutes until the pool is gone, if other shares of clients were at the screen and the system served other numbers of "
                        "loans. The reported minutes alone cannot pin both.",
                        "若守候客户比例与系统处理能力不同，额度售罄的中位分钟数。仅凭报道的分钟数无法同时确定两者。"),
    "caption_sources": ("What became of every yuan lent at the cut rate, from paired paths. Whiskers: 95% intervals. The last four bars sum to the first.",
                        "优惠利率放款逐元去向，由配对路径得出。须线为 95% 区间。后四项合计等于首项。"),
    "caption_book": ("Outstanding of the micro-loan companies, mean of pairs; the band is the 95% interval of the difference, drawn around the path without.",
                     "小贷公司未偿余额，各对平均；阴影为差异的 95% 区间，绘于无活动路径周围。"),
    "caption_draws": ("Drawn on platform lines by day, mean of pairs. The band is the 95% interval of the difference, drawn around the path without.",
                      "每日提款额，各对平均。阴影为差异的 95% 区间，绘于无活动路径周围。"),
    "caption_around": ("Lending against the same day without the event. Shaded: the next {days} days, in which the dip is counted.",
                       "各日放款相对无活动同日。阴影：计算回落的其后 {days} 天。"),
    "caption_cumulative": ("Net lending since the fork, difference of pairs with its 95% interval. It ends where the answer stands.",
                           "分叉以来净放款差异及 95% 区间。终点即答案。"),
    "caption_npl": ("Loans over 90 days past due as a share of loans outstanding, cleared shops included until written off {write_off} days past due.",
                    "逾期 90 天以上贷款占未偿贷款比例，含已清退店铺，至逾期 {write_off} 天核销。"),
    "caption_winners": ("Each group holds a fifth of the shops with a line, up to the line shown. Whiskers: 95% intervals over pairs.",
                        "每组为有授信店铺的五分之一，标注为额度上界。须线为各对 95% 区间。"),
    "caption_loan_sizes": ("Sizes of loans at the cut rate against those of ordinary days before the event.", "优惠放款与活动前平日放款的单笔金额分布。"),
    "caption_profit": ("Change of profit by party, mean of pairs with 95% intervals. Merchants are on a cash basis: goods count when paid for, so stock "
                       "bought early is a cost that comes early.",
                       "各方利润变化，各对平均及 95% 区间。商户按现金制：货款付出即计成本，提前进货即成本提前。"),
    "caption_flows": ("Money received (+) and paid (−) by sector and purpose over {days} days {which}, {unit}. Each row sums to zero. Flows that rounded to "
                      "nothing are left out.",
                      "{days} 天{which}按部门与用途的资金收入（+）与支出（−），{unit}。每行合计为零。舍入为零的流量从略。"),
    "flows_with": ("with the event", "有活动时"),
    "flows_difference": ("with less without", "有减无"),
    "flows_run": ("of the run", "本次运行"),
    "rush_sentence": ("{promoted} of the {pool} pool went to {winners}. The largest loan was {largest}; the limit was {limit}.",
                      "{pool} 额度中 {promoted} 贷予 {winners}。最大单笔 {largest}；上限 {limit}。"),
    "rush_reported": ("The event was reported to sell out in 36 minutes; {pairs} simulated pairs give a median of {median} ({spread}).",
                      "报道称活动 36 分钟售罄；模拟 {pairs} 对的中位数为 {median}（{spread}）。"),
    "npl_few": ("Too few bad loans: at most {n} were simulated on any day, 30 are needed before the ratio is a number. The difference is therefore not "
                "reported; a larger world has more.",
                "不良贷款过少：任何一天至多模拟 {n} 笔，需 30 笔方成数字，故不报告差异；更大的世界会有更多。"),
    "npl_difference": ("On the last day the ratio differs by {difference} (95% interval {interval}).", "末日不良率相差 {difference}（95% 区间 {interval}）。"),
    "npl_undetected": ("On the last day no difference is detectable (95% interval {interval}).", "末日未检出差异（95% 区间 {interval}）。"),
    "winners_sentence": ("The fifth of shops with the largest lines took {top} of the promoted money; in ordinary times it takes {ordinary}.",
                         "授信额度最大的五分之一店铺获得 {top} 的优惠放款；平日为 {ordinary}。"),
    "winners_unknown": ("Sizes of shops before the event were not recorded in this run.", "本次运行未记录活动前店铺规模。"),
    "interest_direct": ("On the promoted loans alone: about {value}, from every promoted draw × its list rate × {cut} × the mean life of an ordinary loan, {life}.",
                        "仅就优惠贷款：约 {value}，由每笔优惠提款 × 标准利率 × {cut} × 平均存续 {life} 得出。"),
    "interest_net": ("In the lenders' books, with less without: {value} ({interval}). It also holds the interest on lending that came earlier, later or not "
                     "at all.",
                     "小贷公司账面有减无：{value}（{interval}）。其中亦含放款提前、推迟或消失带来的利息。"),
    "interest_net_undetected": ("In the lenders' books no difference is detectable: {interval}; {needed} would detect one as large as the mean found, "
                                "{value}.",
                                "小贷公司账面未检出差异：{interval}；检出均值 {value} 的差异需 {needed}。"),
    "interest_cost": ("That is {per} for every 100 CNY lent at the cut rate.", "即每 100 元优惠放款让利 {per}。"),
    "measure": ("Measure", "指标"),
    "value": ("Value", "数值"),
    "baseline": ("Baseline", "基准"),
    "difference": ("Difference", "差异"),
    "interval": ("95% interval", "95% 区间"),
    "against_zero": ("Against 0", "对比零"),
    "pairing": ("Pairing saved", "配对节省"),
    "needed_note": ("Pairs to detect it: how many would find a difference as large as the mean here in four of five experiments.",
                    "检出所需对数：在五次实验中四次检出如此大小差异所需的对数。"),
    "surface_sentence": ("Attention sets how many come early; throughput only binds when more come than the system can serve. Nothing but the two "
                         "differs between the cells.",
                         "关注度决定多少人提前到来；仅当来者超过处理能力时吞吐量才起作用。各格只有这两项不同。"),
    "profit_none": ("No party's profit changes detectably over {days} days with {pairs} pairs.", "{days} 天内 {pairs} 对未检出任何一方利润变化。"),
    "profit_some": ("Over {days} days {changes}; the rest is not detectable.", "{days} 天内{changes}；其余未检出。"),
    "profit_change": ("{party} {difference} ({interval})", "{party} {difference}（{interval}）"),
    "profit_pairs": ("{party}: {needed} would detect a change as large as the mean found.", "{party}：检出如均值大小的变化需 {needed}。"),
    "pairing_note": ("Pairing saved: how many times more unpaired runs the same interval would take, because both paths of a pair share their luck.",
                     "配对节省：若不配对，得到同样区间所需运行次数的倍数，因为同对两条路径共享随机数。"),
    "changed": ("Changed: the interval excludes 0", "有变化：区间不含 0"),
    "not_detectable": ("Not detectable with {pairs} pairs: the interval includes 0, which is not the same as no effect",
                       "{pairs} 对未检出：区间包含 0，不等于没有效应"),
    "same": ("The same with and without, in every pair", "有无活动各对完全相同"),
    "needed": ("Pairs to detect it", "检出所需对数"),
    "times": ("{n}×", "{n} 倍"),
    "luck_note": ("{measures} measures are tested at once; at 95%, about {expected} would leave 0 out by luck alone.",
                  "同时检验 {measures} 个指标；95% 水平下约有 {expected} 个仅因运气而不含 0。"),
    "over_sum": ("sum", "合计"),
    "over_mean": ("mean", "均值"),
    "over_last": ("last day", "末日"),
    "caveat_one_world": ("All pairs share one past: world seed {seed}. The intervals hold the luck of the days after the fork, not the luck of another "
                         "world; other seeds would widen them.",
                         "各对共享同一过去：世界种子 {seed}。区间只含分叉后的运气，不含另一世界的运气；换种子会变宽。"),
    "caveat_window": ("The paths end {days} days after the fork. Lending moved across that end would count as created or lost.",
                      "路径止于分叉后 {days} 天。跨越终点的转移会被计作创造或损失。"),
    "caveat_weight": ("One simulated actor stands for {weight} real ones; {winners} simulated winners carry the minutes (at least 75 are needed), {bad} "
                      "simulated bad loans carry the NPL ratio (at least 30 are needed).",
                      "一个模拟主体代表 {weight} 个真实主体；分钟数依据 {winners} 个模拟获贷者（至少 75），不良率依据 {bad} 笔模拟不良贷款（至少 30）。"),
    "caveat_weight_plain": ("One simulated actor stands for {weight} real ones; at most {bad} bad loans were simulated on a day (at least 30 are needed for "
                            "an NPL ratio).",
                            "一个模拟主体代表 {weight} 个真实主体；单日至多模拟 {bad} 笔不良贷款（不良率至少需 30）。"),
    "caveat_identification": ("Attention and throughput are assumptions with a source; the reported 36 minutes alone cannot pin both. The surface shows "
                              "every combination.",
                              "关注度与吞吐量为有来源的假设；仅凭报道的 36 分钟无法同时确定。曲面给出各种组合。"),
    "caveat_calibrated": ("docs/decisions.md says which parameters were calibrated and which facts emerged, and how every fact moves when each is changed "
                          "by 20%.",
                          "docs/decisions.md 列明哪些参数经校准、哪些事实自然涌现，以及各参数变动 20% 时各事实的反应。"),
    "caveat_outside": ("Rivals do not answer, banks do not reprice and the event is not repeated: a second event meets owners who expect it.",
                       "竞争者不回应，银行不调价，活动不重复：第二次活动将面对有预期的店主。"),
    "caveat_graphs": ("Networks used: {networks}.", "所用网络：{networks}。"),
    "network_social": ("social", "社交"),
    "network_supply": ("supply", "供应"),
    "network_interbank": ("interbank", "银行间"),
    "books_balanced": ("The books balanced to 0 fen on every day of every path.", "每条路径每一天账簿差额均为 0 分。"),
    "books_not_balanced": ("The books did not balance: a residual of {residual} fen was seen.", "账簿不平：出现 {residual} 分差额。"),
    "repeat": ("To repeat every number:", "重现全部数字："),
    "repeat_here": ("in this folder", "在本文件夹中"),
    "scenario": ("Scenario", "情景"),
    "seed": ("Seed", "种子"),
    "path_seeds": ("Path seeds", "路径种子"),
    "versions": ("Versions", "版本"),
    "source_state": ("Source", "源代码"),
    "source_changed": ("{commit}, with uncommitted changes", "{commit}，含未提交修改"),
    "finished": ("Finished", "完成时间"),
    "what_was_tried": ("What was tried", "尝试内容"),
    "figures_beside": ("Every figure lies beside this page in figures/ as PDF and PNG, with the numbers behind it as CSV.",
                       "各图的 PDF、PNG 与数据 CSV 均在本页旁的 figures/ 中。"),
    "figures_in_english": ("No font with Chinese characters is installed here, so the figures are labelled in English.",
                           "此处未安装中文字体，图中标签用英文。"),
    "skip": ("Skip to the answer", "跳至答案"),
    "note_figures": ("Numbers are at the scale of the real market. M CNY: million yuan; pp: percentage points.", "数字均为真实市场规模。"),
    "smallest": ("Smallest", "最小"),
    "largest": ("Largest", "最大"),
    "course": ("Course", "走势"),
    "fact_few_days": ("Facts about clients need at least 300 observed days; this run has {days}.", "客户事实至少需观察 300 天；本次仅 {days} 天。"),
    "run_answer": ("{days} days of {name}: {purchases} bought for {gmv}; {drawn} drawn in {draws}; {open} open on the last day, {closed} failed.",
                   "{name} {days} 天：{purchases}购买，成交 {gmv}；{draws}提款共 {drawn}；末日营业店铺 {open}，倒闭 {closed}。"),
    "caption_overview": ("Six measures day by day; every measure is in the table below.", "六项指标逐日变化；全部指标见下表。"),
    "caption_forest": ("Change in percent of {baseline} with 95% intervals, the most certain first; the axis is logarithmic away from 0. Grey: not detectable.",
                       "相对 {baseline} 的百分比变化及 95% 区间，由最确定起排列；远离零处为对数轴。灰色：未检出。"),
    "caveat_one_run": ("This is one run of one seed: it shows what the market looks like, not what anything causes. For effects, compare scenarios.",
                       "这是单一种子的单次运行：展示市场面貌，不说明因果。要看效应，请比较情景。"),
    "caveat_replicates": ("Each of the {n} replicates is the same world and luck for every scenario; intervals are over replicates.",
                          "{n} 个重复中，各情景共享同一世界与运气；区间取自各重复。"),
    "replicates_of": ("{n} replicates of {days} days", "{n} 次重复，每次 {days} 天"),
    "against": ("against {name}", "对比 {name}"),
    "compare_title": ("{names} against {baseline}", "{names} 对比 {baseline}"),
    "compare_question": ("What changes against {baseline}?", "相对 {baseline} 有何变化？"),
    "short_drawn": ("lending", "放款额"),
    "short_gmv": ("sales", "成交额"),
    "short_lender_profit": ("profit of the micro-loan companies", "小贷公司利润"),
    "short_platform_profit": ("profit of the platform", "平台利润"),
    "short_merchant_profit": ("profit of merchants", "商户利润"),
    "short_written_off": ("write-offs", "核销额"),
    "not_known": ("not known", "未知"),
    "no_interval": ("One pair: no interval", "仅一对：无区间"),
    "too_few_events": ("Too few events to be a number", "事件过少，不成数字"),
    "not_observed": ("Not observed in these days", "本段未观察到"),
    "few_bad_short": ("at most {n} bad loans simulated; 30 are needed", "至多模拟 {n} 笔不良；需 30 笔"),
    "caption_flow_differences": ("What the event changed in these flows over {days} days, with less without, {unit}, mean of pairs. Coloured: the 95% "
                                 "interval excludes 0. Grey: not detectable.",
                                 "活动对 {days} 天资金流的影响，有减无，{unit}，各对平均。着色： 95% 区间不含 0。灰色：未检出。"),
    "calibrated": ("calibrated", "已校准"),
    "setting": ("Setting", "设置"),
    "unit": ("Unit", "单位"),
    "source": ("Source", "来源"),
    "item": ("What", "项目"),
    "fact": ("Fact", "事实"),
    "smallest_day": ("Smallest day", "单日最小"),
    "largest_day": ("Largest day", "单日最大"),
    "purpose": ("Purpose", "用途"),
}

# Facts about clients (`results.clients`): label, Chinese label, unit.
FACTS: dict[str, tuple[str, str, str]] = {
    "clients_simulated": ("Clients observed all the time (simulated)", "全程观察的客户（模拟）", "clients"),
    "debt_days_per_client_year": ("Days in debt per client and year", "每客户每年负债天数", "days"),
    "interest_over_line": ("Interest in the year over granted line", "年利息 / 授信额度", "share"),
    "interest_over_peak": ("Interest in the year over peak balance", "年利息 / 峰值余额", "share"),
    "mean_draw_cny": ("Mean draw", "平均单笔提款", "CNY"),
    "draws_per_client_year": ("Draws per client and year", "每客户每年提款次数", "draws"),
    "loans_a_day_per_200k_clients": ("Loans a day per 200,000 clients", "每 20 万客户日放款笔数", "loans"),
    "draw_life_days": ("Days from draw to repayment", "提款至还款天数", "days"),
    "line_used_in_debt": ("Share of the line used while in debt", "负债期间额度使用率", "share"),
    "mean_line_cny": ("Mean line of a client", "客户平均授信额度", "CNY"),
    "book_cny_per_200k_clients": ("Loan book per 200,000 clients", "每 20 万客户贷款余额", "CNY"),
}

# Purposes of payments in Chinese; English is the name itself.
PURPOSES_ZH = {
    "wages": "工资", "living_costs": "生活开支", "sale": "销售", "refund": "退款", "settlement": "结算", "commission": "佣金", "stock": "进货",
    "operating_costs": "经营费用", "owner_draw": "店主提现", "loan_drawn": "放款", "loan_repaid": "还款", "interest": "利息", "write_off": "核销",
    "recovery": "追偿", "top_up": "充值", "payment_fee": "支付手续费", "bank_funding": "银行融资", "promotion": "促销补贴", "staff": "人工",
    "decision_costs": "审批成本", "deposit_interest": "存款利息", "capital": "资本金", "owner_capital": "店主投入", "shock": "冲击",
    "purchase_on_credit": "信用支付购物", "credit_repaid": "信用支付还款", "merchant_fee": "商户手续费", "guarantee_call": "担保代偿",
    "guarantee_fee": "担保费", "collection": "催收费", "notes": "票据", "advertising": "广告", "service": "客服", "survey": "调研",
    "referral_reward": "推荐奖励", "rival_sale": "竞争平台销售", "partner_share": "合作方分成",
}
UNITS_ZH = {"CNY": "元", "share": "比例", "minutes": "分钟", "days": "天"}
QUESTIONS_ZH = {
    "Does a limited 25%-off rate event create lending, or only move it?": "限额七五折利率活动是创造放款，还是只是转移放款?",
    "The rate rush of 18 October 2012": "2012 年 10 月 18 日抢贷",
    "Does a consumer's line that works on the phone, where bank cards fail, sell more, and who pays for the lines that go bad?":
        "手机银行卡支付常失败，而信用支付可用：它能多卖货吗?坏账由谁承担?",
    "Credit payment: a virtual credit card on the phone": "信用支付：手机上的虚拟信用卡",
    "Under a shock to incomes, is credit payment on the platform's own book safer than guaranteeing a bank's?":
        "收入冲击下，平台自营信用支付是否比为银行担保更安全?",
    "What happens to shops and shoppers when the bank that funds the platform's credit leaves?": "为平台信贷提供资金的银行退出后，店铺和消费者会怎样?",
}


def known_language(lang: str) -> str:
    """The language itself.  Raises: UserError if reports are not written in it."""
    if lang not in LANGUAGES:
        raise UserError(f"--lang {lang}: must be {' or '.join(LANGUAGES)}")
    return lang


class Words:
    """The words of one language: `say("median")`, `say("reported_minutes", minutes=36)`."""

    def __init__(self, lang: str = "en"):
        self.lang = known_language(lang)

    def __call__(self, key: str, **fields) -> str:
        text = WORDS[key][LANGUAGES.index(self.lang)]
        return text.format(**fields) if fields else text

    def measure(self, name: str) -> str:
        """The label of a measure or of a fact about clients."""
        if name in MEASURES:
            return MEASURES[name].chinese if self.lang == "zh" else MEASURES[name].meaning
        if name in FACTS:
            return FACTS[name][LANGUAGES.index(self.lang)]
        return name.replace("_", " ")

    def unit(self, name: str) -> str:
        """The unit in which a measure or fact is counted over a run."""
        if name in MEASURES:
            return plain_unit(MEASURES[name].unit) if MEASURES[name].over_days == "sum" else MEASURES[name].unit
        return FACTS[name][2] if name in FACTS else ""

    def over_days(self, name: str) -> str:
        """How days became one number: sum, mean or last day; empty for facts about clients."""
        return self(f"over_{MEASURES[name].over_days}") if name in MEASURES else ""

    def purpose(self, name: str) -> str:
        """The label of a purpose of payments."""
        return PURPOSES_ZH.get(name, name) if self.lang == "zh" else name.replace("_", " ").capitalize()

    def sector(self, name: str) -> str:
        """The label of a sector."""
        return self(f"sector_{name}") if f"sector_{name}" in WORDS else name

    def translated(self, text: str) -> str:
        """A question or title of a shipped scenario; others stay as they were written."""
        return QUESTIONS_ZH.get(text, text) if self.lang == "zh" else text
