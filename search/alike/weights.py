"""How telling a word is: one that stands in every text says nothing, one that stands in few says what it is about."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from search.alike.reading import Reading

# The set phrases of the trade: every title has some of them, whatever it is about.
_FORMULAS = """
建议 问题 情况 反映 投诉 举报 咨询 请求 请问 请 希望 要求 强烈 尽快 再次 加快 加强 推进 推动 促进 完善 优化 健全 规范
重视 解决 落实 开展 进一步 大力 切实 全面 力度 步伐 刻不容缓 严重 存在 相关 有关 部门 工作 领导 政府
我省 我市 我区 我县 本市 本区 全省 全市 全国 我 我们 你 你们 他们 这 那 不 没有
什么 怎么 为何 为什么 何时 如何 是否 能否 可以 吗 呢 高质量 发展 建设 管理 服务 做好 具体 行动 背景 大背景
"""
FORMULAS = frozenset(_FORMULAS.split())


@dataclass(frozen=True, eq=False)
class Weights:
    """The weight of each word, 0 (says nothing) to 1 (stands in no other text).

    `shares` holds for the words that are common the share of texts they stand in; a word that is not among them is
    rare. `texts` is how many texts that was counted over: 0 when nothing is known, and then all words but the set
    phrases weigh the same.
    """

    texts: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> "Weights":
        """Count the words of a corpus."""
        counts: Counter[str] = Counter()
        texts = 0
        for reading in readings:
            texts += 1
            counts.update(reading.title_words.keys() | reading.body_words.keys())
        return cls(texts, {word: count / texts for word, count in counts.items()})

    def weight(self, word: str) -> float:
        """Return the weight of a word."""
        return self._common.get(word, 1.0)

    def weigh(self, words: Mapping[str, int]) -> dict[str, float]:
        """Return what the words of a text weigh, given how often each stands there; without those that say nothing."""
        found = {}
        for word, count in words.items():
            if weight := self._common.get(word, 1.0):
                found[word] = weight * (1 + math.log(count)) if count > 1 else weight
        return found

    @cached_property
    def _common(self) -> dict[str, float]:
        """The words that weigh less than a rare one; each is asked for a hundred times a comparison."""
        found = {}
        if self.texts > 1:
            # The usual inverse frequency, divided by that of a word that stands in one text alone.
            most = math.log(self.texts + 1)
            for word, share in self.shares.items():
                found[word] = min(1.0, math.log((self.texts + 1) / (share * self.texts + 1)) / most)
        return found | dict.fromkeys(FORMULAS, 0.0)
