"""Questions and titles of the scenarios that ship, in Chinese; a test holds that none is missing."""

# ruff: noqa: E501 (a table of sentences)

QUESTIONS_ZH = {
    "What do a promotion that grows the book, scores that all lenders share, and a break in the supply network cost, each alone and all together?":
        "扩大贷款规模的促销、各家贷款机构共用的评分、供应网络的断裂, 单独与共同的代价各是多少?",
    "Growth, then the break": "先扩张, 后断裂",
    "One seller of P2P notes loses what investors gave it: who else runs, which houses fail though they lost nothing, and what would have stopped it?":
        "一家P2P产品的发行者亏掉了投资者的钱: 还有谁挤兑, 哪些并未亏损的机构因此倒闭, 什么本可以阻止?",
    "A run on P2P notes": "P2P 产品挤兑",
    "Banks stop renewing what they lend each other for a month: who runs out of cash, what must be sold at what price, and do shops and depositors feel it?":
        "银行间一个月不再续借: 谁缺现金, 以何种价格抛售什么, 店铺与储户是否受影响?",
    "The money market of June 2013 freezes": "2013 年 6 月货币市场冻结",
    "The money market in which a fund lends freezes and its holders read of it: how many run, how long do they wait, and what would have calmed them?":
        "基金所投的货币市场冻结, 持有人得知: 多少人赎回, 要等多久, 什么能让他们安心?",
    "A run on the fund behind the wallet": "钱包后面的基金遭挤兑",
    "The platform behind the wallet loses more than it owns: what do its customers lose, who flees its fund, and what does it change that their money is kept apart?":
        "钱包后面的平台亏损超过其自有资金: 客户损失多少, 谁逃离其基金, 客户资金单独存管有何不同?",
    "The platform behind the wallet fails": "钱包后面的平台倒闭",
    "Half of the consumers lose half of their income for half a year: what becomes of sales, of the credit payment, of deposits and of the banks that hold them?":
        "一半消费者半年内失去一半收入: 销售、信用支付、存款以及持有存款的银行会怎样?",
    "An income shock": "收入冲击",
    "Does a limited 25%-off rate event create lending, or only move it?": "限额七五折利率活动是创造放款，还是只是转移放款?",
    "The rate rush of 18 October 2012": "2012 年 10 月 18 日抢贷",
    "Does a consumer's line that works on the phone, where bank cards fail, sell more, and who pays for the lines that go bad?":
        "手机银行卡支付常失败，而信用支付可用：它能多卖货吗?坏账由谁承担?",
    "Credit payment: a virtual credit card on the phone": "信用支付：手机上的虚拟信用卡",
    "Under a shock to incomes, is credit payment on the platform's own book safer than guaranteeing a bank's?":
        "收入冲击下，平台自营信用支付是否比为银行担保更安全?",
    "What happens when the platform opens its data and scores to all financial institutions?": "平台向所有金融机构开放数据与评分后会怎样?",
    "The open platform": "开放平台",
    "What does a register of arrears and defaults do, to which all lenders tell and in which all look?":
        "所有贷款方共同报送、共同查询的逾期与违约登记有何作用?",
    "A register of defaults": "违约登记",
    "Who buys the platform's score, what does it pay for, and is a number as good as the data behind it?":
        "谁购买平台评分, 为何付费, 一个分数是否抵得上背后的数据?",
    "A score as a service": "评分即服务",
    "What does a right to be forgotten cost, and whom does it help?": "被遗忘权的代价是什么, 帮助了谁?",
    "Records are deleted after half a year": "记录半年后删除",
    "Who refuses to be shown, and what do lenders make of it?": "谁拒绝被查询, 贷款方如何解读?",
    "Owners may refuse": "店主可以拒绝",
    "What happens to shops and shoppers when the bank that funds the platform's credit leaves?": "为平台信贷提供资金的银行退出后，店铺和消费者会怎样?",
    "What do banks lose in a downturn when all of them decide by one and the same score?": "所有银行都按同一个评分放贷, 衰退时损失多少?",
    "One score for all banks, and a downturn": "各银行共用一个评分, 遇上衰退",
    "Who bears the losses when the platform answers for a third of what banks lend on its data?":
        "平台对银行凭其数据发放的贷款承担三分之一责任时, 谁来承担损失?",
    "Joint loans of banks and the platform": "银行与平台联合贷款",
    "What happens to rates, to thin files and to the platform's own loans when banks that see its records bid for its clients?":
        "看得到平台记录的银行来争抢客户时, 利率、薄档案客户与平台自有贷款会怎样?",
    "Banks bid for the platform's clients": "银行争抢平台客户",
    # --- everything else that ships ---
    "Whom do tighter rules on financial advertising hurt, the small platform or the strong one?": "更严的金融广告监管伤及小平台还是强平台?",
    "Tighter advertising rules": "广告监管收紧",
    "What are customers worth whom banks and insurers send for a fee?": "银行与保险公司收费介绍来的客户值多少?",
    "Through banks and insurers": "银行保险渠道",
    "How much does a bank sell that opens a shop on the net, trusted but slow?": "受信任但动作慢的银行开网上商城, 能卖多少?",
    "A bank opens a shop": "银行开商城",
    "The bank partner leaves": "合作银行退出",
    "What does an ordinary market do when nobody tries anything?": "无人采取任何举措时, 一个平常的市场会怎样?",
    "Baseline: the market of 2012": "基准: 2012 年的市场",
    "What does it take that half of ten million consumers know a platform which a quarter of them knew?":
        "一千万消费者中知晓率由四分之一提到一半, 需要付出什么?",
    "Brand awareness: from a quarter to a half": "品牌知晓率: 从四分之一到一半",
    "Is a star worth the fee?": "明星代言值这笔费用吗?",
    "Celebrity endorsement": "明星代言",
    "Is it worth writing guides and working for free search results, which pay late?": "见效慢的内容与自然搜索优化值得做吗?",
    "Content and search optimisation": "内容营销与搜索优化",
    "Do coupons make customers buy more, or sooner, or only cheaper?": "优惠券让客户买得更多、更早, 还是仅仅更便宜?",
    "Coupons every second month": "隔月发放优惠券",
    "What does a lender lose that learns its card from what it sees?": "从所见数据学习评分卡的贷款方损失多少?",
    "Credit that learns": "会学习的信贷",
    "Does a platform that moves its money every month towards what last touch credits earn more?":
        "每月按末次触点调整预算的平台赚得更多吗?",
    "Evaluate and adjust, by last touch": "评估与调整: 末次触点",
    "What would it earn if it knew the truth?": "如果知道真相, 它能赚多少?",
    "Evaluate and adjust, by the truth": "评估与调整: 真实增量",
    "What does it earn if a tenth of consumers, drawn by lot, are shown nothing, so that it knows better?":
        "随机留出一成消费者不投放以求测得更准, 它能赚多少?",
    "Evaluate and adjust, by hold-out": "评估与调整: 留出实验",
    "What does a plan bring that spreads its money over seven media and never looks back?": "预算平均投向七种媒体且从不调整的计划带来什么?",
    "A plan of seven media, left as it is": "七种媒体的固定计划",
    "What do three platforms earn whose customers compare prices, if each keeps the fee it has?":
        "客户会比价的三家平台各自维持费率不变, 各赚多少?",
    "Fixed prices: nobody moves": "价格不变: 无人行动",
    "Can a lower price alone, without announcement, attention or early orders, empty the pool of 18 October 2012?":
        "没有预告、关注与提前下单, 单靠降价能否让 2012 年 10 月 18 日的额度售罄?",
    "The rate rush without the rush: price only": "没有抢购的抢贷: 仅有价格",
    "Can the lower price alone empty the pool if borrowers mind the rate as much as anybody ever measured (elasticity -2.9)?":
        "借款人对利率的反应若达到文献中的最大值 (弹性 -2.9), 单靠降价能否售罄?",
    "Price only, strong response": "仅有价格, 反应强",
    "Can the lower price alone empty the pool if borrowers hardly mind the rate (elasticity -0.28)?":
        "借款人若几乎不在意利率 (弹性 -0.28), 单靠降价能否售罄?",
    "Price only, weak response": "仅有价格, 反应弱",
    "Do circles of shops that stand for one another's loans spread risk, or carry it?": "互相担保的联保圈是分散风险, 还是传染风险?",
    "Guarantee circles in a crisis: Zhejiang, 2011 and 2012": "联保圈危机: 浙江 2011–2012 年",
    "Credit payment under a shock: on the platform's own book": "冲击下的信用支付: 平台自营",
    "What does a guarantee for a bank's credit cost the platform when a fifth of its users lose half of their income for half a year?":
        "五分之一用户半年内失去一半收入时, 为银行信贷担保让平台付出多少?",
    "Credit payment under a shock: the bank funds, the platform guarantees": "冲击下的信用支付: 银行出资, 平台担保",
    "Can half a million new users be won in one year, and is the last of them worth what she costs?":
        "一年能否赢得五十万新用户, 最后一位值不值她的成本?",
    "Half a million new users in a year": "一年新增五十万用户",
    "Does a hotline that answers every day around the clock earn what it costs?": "全年无休的客服热线能否收回成本?",
    "Hotline 365 x 24": "365 x 24 客服热线",
    "What if small shops were served the way a bank serves a large client?": "若以银行服务大客户的方式服务小店会怎样?",
    "Small clients at large-client cost": "以大客户成本做小客户",
    "What does the platform's lender lose if it sees sales and little else, as on a B2B site?":
        "若像 B2B 网站那样只见销售、别无其他, 平台的贷款方损失多少?",
    "Limited data": "有限数据",
    "What does a loyalty programme keep that would have gone?": "积分计划留住了哪些本会流失的客户?",
    "A loyalty programme": "积分计划",
    "What becomes of a small platform that advertises as usual, beside a strong rival?": "照常投放广告的小平台, 在强敌之旁会怎样?",
    "Marketing baseline: ten million consumers, half a million users": "营销基准: 一千万消费者, 五十万用户",
    "What does a bank of officers reach and lose among small shops that banks of statements do not?":
        "靠信贷员的银行在小店中触达与损失的, 哪些是靠报表的银行所没有的?",
    "Banks of officers": "信贷员银行",
    "An incumbent is clumsy on phones and launches a wallet application: what becomes of its share there, and of its share of all payments?":
        "在手机上笨拙的在位者推出钱包应用: 其移动份额与支付总份额会怎样?",
    "The wallet application of an incumbent, October 2012 to September 2013": "在位者的钱包应用, 2012 年 10 月至 2013 年 9 月",
    "What does a learnt card cost when the market turns and the past misleads?": "市场转向、历史误导时, 学得的评分卡代价多大?",
    "The model fails": "模型失效",
    "How many owners would walk away from their debt if the platform could not remove account and shop?":
        "若平台不能清除账号与店铺, 多少店主会赖账?",
    "No account clearing": "不清除账号",
    "What is it worth to watch a borrower's cash flow?": "监控借款人现金流值多少?",
    "No monitoring": "不做监控",
    "What is lost if a client manager serves 3 000 clients a year instead of 300?": "客户经理一年服务 3 000 户而非 300 户, 损失什么?",
    "Three thousand clients a manager": "每位经理三千户",
    "Do centres and events reach those whom no advertisement reaches?": "线下中心与活动能否触达广告触达不到的人?",
    "Offline in small cities": "中小城市线下推广",
    "Can half a million users become a million in two years, and at what cost each?": "五十万用户两年内能否变成一百万, 每位成本多少?",
    "Users doubled to a million": "用户翻番至一百万",
    "Where do fees end if every platform answers the others' with the one that earns it most?":
        "若各平台都以最赚钱的费率回应对手, 费率最终到哪里?",
    "A price war": "价格战",
    "When the fund's yield comes down, what do two points more for three months, out of the platform's money, win in users and assets, and what is left of it?":
        "基金收益率下降时, 平台自掏腰包加息两个百分点三个月, 赢得多少用户与资产, 最后留下多少?",
    "Two points on top of the fund's yield, summer 2014": "2014 年夏加息两个百分点",
    "Does a dearer loan find fewer takers, and worse ones?": "更贵的贷款是否接受者更少、资质更差?",
    "A trial of the price": "价格试验",
    "How far does money travel that customers send to friends at Spring Festival?": "春节时客户发给朋友的红包能传多远?",
    "Red packets at Spring Festival": "春节红包",
    "Do customers bring customers if they are paid for it, and are those as good as others?": "付费能否让客户带来客户, 带来的客户质量如何?",
    "A referral programme": "推荐计划",
    "How far does it spread when a region loses a third of its trade and one shop in ten closes?":
        "一个地区失去三分之一交易、一成店铺关门时, 影响扩散多远?",
    "A region is struck": "地区冲击",
    "Whom does a retailer's platform win that lends to its buyers?": "向买家放贷的零售平台赢得了谁?",
    "A rival lends to its buyers": "对手向买家放贷",
    "What would be missing without search advertisements, on general words and on the own name?": "没有通用词与品牌词搜索广告, 会少什么?",
    "Without search advertising": "不投搜索广告",
    "What does a breach cost: in spending of who was hit, in customers, in trust of who only read of it?":
        "一次泄露的代价: 受害者的消费、客户流失、仅耳闻者的信任各损失多少?",
    "A security breach": "安全事故",
    "What brings a tenth of all platform payments in two years: being known, being liked, or working well?":
        "两年内取得一成支付份额靠什么: 知名、受喜爱, 还是好用?",
    "A share of ten percent": "一成份额",
    "How large may a sign-up bonus be before abuse and those who would have come anyway eat it?":
        "注册赠送金多大时会被羊毛党与本来就会来的人吃掉?",
    "A sign-up bonus": "注册赠送金",
    "What does the failure of a large supplier cost the shops it supplies, those they owe, and their lenders?":
        "一家大供应商倒闭, 让其客户、客户的债权人及贷款方损失多少?",
    "A large supplier fails": "大供应商倒闭",
    "What is left to a small platform when a giant enters that everybody knows, but which still waits for its licence?":
        "人人知晓但尚待牌照的巨头入场后, 小平台还剩什么?",
    "A giant enters": "巨头入场",
    "Data are stolen from a wallet in which people keep their savings: how many give the fund up, how much is taken out and how fast, and what do those who stay hold?":
        "存有积蓄的钱包数据被盗: 多少人放弃基金, 赎回多少、多快, 留下的人持有多少?",
    "A breach at the wallet with the fund behind it": "有基金的钱包遭泄露",
    "Why did a money-market fund behind a payment wallet gain users and assets so fast, and why did its assets stop growing when its yield came down?":
        "支付钱包后面的货币基金为何用户与资产增长如此之快, 收益率下降后为何停止增长?",
    "The fund behind the wallet, June 2013 to December 2014": "钱包后面的基金, 2013 年 6 月至 2014 年 12 月",
}
