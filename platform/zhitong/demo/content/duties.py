"""Words of the demo's targets, duties and honours."""

RULES_OF_OTHERS = "县级市政协委员社情民意信息计分办法"
RULES = "南海区政协委员社情民意信息计分办法"
RULES_OF_CIRCLES = """
code: circles
name: 南海区政协界别和专委会社情民意信息计分办法
version: 1
subject: group
dated: occurred
tables:
  - key: adopted
    name: 采用
    when: {kind: adopted}
    lines:
      - {key: county, name: 本级采用, when: {level: county}, points: 2}
      - {key: city, name: 市级采用, when: {level: city}, points: 5}
      - {key: higher, name: 省级和全国采用, points: 10}
  - key: instruction
    name: 批示
    when: {kind: instruction}
    lines:
      - {key: any, name: 领导批示, points: 5}
"""
# What the rules of 南海's members have besides the preset: points that one person proposes and another approves.
MANUAL_TABLE = """
  - key: manual
    name: 人工记分
    when: {kind: manual}
    lines:
      - {key: any, name: 加减分, points: event}
"""
# Points with their reason; the first is approved, the second waits.
MANUAL = (
    (2, "在区政协社情民意信息培训会上作经验交流。"),
    (1, "协助研究室核实三篇信息里的数据。"),
)
YEAR_BASIS = "年度社情民意信息工作要点"
QUARTER_BASIS = "季度信息工作例会"
GROUP_BASIS = "界别履职工作安排"
CIRCULAR = "关于公布“{}”的通报"
HEADING = "五个一"

# What each circle owes in a year.
GROUP_TARGETS = (
    ("民革界", 8),
    ("民盟界", 12),
    ("民建界", 8),
    ("民进界", 8),
    ("农工党界", 8),
    ("致公党界", 6),
    ("九三学社界", 8),
    ("经济界", 10),
    ("教育界", 10),
    ("科技界", 10),
    ("医药卫生界", 10),
    ("文化艺术界", 6),
    ("港澳界", 4),
)
# Name, by what it is fulfilled, whether a record needs proof.
DUTIES = (
    ("提交一篇社情民意信息", "received", False),
    ("参加一次调研视察", "records", False),
    ("参加一次协商议政活动", "records", False),
    ("联系一次界别群众", "records", False),
    ("为群众办一件实事", "records", True),
)
# What members say that they did, one for each duty that is fulfilled by records without proof.
RECORDS = (
    "参加区政协“镇村污水管网”专题调研，到里水镇两个村走访，提出三条意见。",
    "参加“优化营商环境”专题协商会，作口头发言。",
    "到联系的社区接待群众，收集意见六条，已转交社区居委会。",
)
REFUSAL = "当天会议签到表上没有您的名字，请核对日期后重新登记。"
