"""A flow as a file that travels between units: YAML (JSON is YAML too), every fault with its line."""

from collections.abc import Collection
from typing import Any

from tenants.review.definition.parsing import MAX_BYTES, parse_located, refusal
from tenants.review.definition.pieces import Faults
from zhitong.core.located import line_at
from zhitong.core.yaml_reader import YamlError, read_yaml


def read_file(content: bytes, known_posts: Collection[str] | None) -> tuple[str, dict[str, Any]]:
    """Return the name and the definition of a flow file `{"name", "definition"}`, checked.

    Raises:
        InvalidInput: under `definition`, with the line: not UTF-8, not YAML, too large, or a wrong definition.
    """
    if len(content) > MAX_BYTES:
        raise refusal([f"文件有 {len(content):,} 字节，最多 {MAX_BYTES:,} 字节：这不像是一个流程文件。"])
    try:
        data, lines = read_yaml(content)
    except YamlError as error:
        raise refusal([f"{error.message}。"]) from None
    if not isinstance(data, dict) or set(data) != {"name", "definition"} or not isinstance(data["name"], str):
        raise refusal(["第 1 行：流程文件要有“name”（名称）和“definition”（定义）两项，没有别的。"])
    found = parse_located(data["definition"], known_posts)
    if isinstance(found, Faults):
        told = sorted((line_at(lines, ("definition", *fault.path)), fault.message) for fault in found)
        raise refusal([f"第 {line} 行：{message}" for line, message in dict.fromkeys(told)])
    return data["name"], data["definition"]
