"""The four checklists every unit starts with: 三提三不提, 三用三不用, 三写三不写, 三审三核 (DOMAIN §5, end)."""

from typing import Any


def _lines(**texts: str) -> list[dict[str, str]]:
    return [{"key": key, "text": text} for key, text in texts.items()]


# code, name, lines; every line is answered with "符合" or "不符合" and, when not, with a note.
TEMPLATES: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    (
        "topics",
        "三提三不提",
        _lines(
            focus="属于党委政府工作的重点、群众关心的热点或者社会治理的难点",
            foresight="或者属于社会已普遍关注、有前瞻性的重大问题",
            improving="或者属于正在推进、还没有做好做到位的工作",
            lawful="不违反法律法规、大政方针、公序良俗和党委政府决策部署",
            selfless="不为个人、企业、小团体谋私利，不涉及已进入司法、执法程序的事项",
            open="不是已经部署落实、已经解决或者短期内做不到的事项",
        ),
    ),
    (
        "research",
        "三用三不用",
        _lines(
            field="来自一线调研，情况真实，有一手数据",
            thorough="原因分析透彻，建议有针对性、可操作",
            general="切口小，反映的问题有普遍性和指导性",
            substance="不是重点不突出、内容空洞、没有数据支撑",
            concrete="不是分析不透、措施不具体、操作性不强",
            own="不是没有调查、东拼西凑、捕风捉影",
        ),
    ),
    (
        "writing",
        "三写三不写",
        _lines(
            problem="写出了存在的问题",
            cause="写明了原因分析",
            remedy="写明了具体的对策建议",
            no_merits="没有写成绩",
            no_experience="没有写经验",
            no_practice="没有写做法",
        ),
    ),
    (
        "three_checks",
        "三审三核",
        _lines(
            politics="政治关：立场和提法没有问题",
            policy="政策关：与现行法律法规和政策不相抵触",
            content="内容关：事实、数据准确，文字没有差错",
            unit="报送单位已经初核",
            office="研究室已经再核",
            leader="分管文稿领导已经三核，或者将由其三核",
        ),
    ),
)
