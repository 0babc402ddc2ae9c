"""A tree of topics as lines of text. Nothing here knows of a screen."""

from __future__ import annotations

import codecs
from collections.abc import Collection
from datetime import datetime

from wslab.i18n import _, ngettext
from wslab.lab.cells import fit, pad
from wslab.lab.mqtt.topics import Last, TopicNode, TopicTree
from wslab.tui.safe_text import preview_text, visible
from wslab.units import format_size

OPEN, SHUT, LEAF = "▾", "▸", "·"
COUNT, QOS, RETAINED = 6, 3, 4
"""Cells of the columns beside the topic."""
DEEPEST = 8
"""Levels by which a line is moved to the right; what is deeper stands there as well."""
LONGEST = 400
"""Characters of a topic or a payload that are worked on for one line."""


def shown_nodes(tree: TopicTree, shut: Collection[TopicNode]) -> list[TopicNode]:
    """Return the nodes that have a line, in their order.

    Args:
        tree: what came.
        shut: nodes under which nothing is shown.
    """
    found: list[TopicNode] = []
    waiting = list(reversed(tree.roots.values()))
    while waiting:
        node = waiting.pop()
        found.append(node)
        if node.children and node not in shut:
            waiting.extend(reversed(node.children.values()))
    return found


def header_line(width: int) -> str:
    """Return the names of the columns."""
    return _columns(width, _("topic"), _("count"), _("QoS"), _("kept"), _("last payload"))


def node_line(node: TopicNode, is_shut: bool, width: int) -> str:
    """Return the line of a node: its name, how many messages came, and the last of them.

    A node that is shut counts what is under it as well.
    """
    mark = LEAF if not node.children else SHUT if is_shut else OPEN
    name = visible(node.level, LONGEST) or _("(empty)")
    messages = node.below if is_shut else node.messages
    last = node.last
    return _columns(
        width,
        f"{'  ' * min(node.depth, DEEPEST)}{mark} {name}",
        str(messages) if messages or last else "",
        "" if last is None else str(last.qos),
        "" if last is None or not last.retained else _("yes"),
        "" if last is None else payload_text(last),
    )


def payload_text(last: Last, limit: int = LONGEST) -> str:
    """Return the start of a payload: as text where it is UTF-8, else as hexadecimal digits."""
    whole = last.length == len(last.preview)
    return preview_text(last.preview, is_text(last), limit, whole=whole)


def is_text(last: Last) -> bool:
    """Whether a payload, as far as it is kept, is UTF-8."""
    try:
        # A character may have been cut where the preview ends.
        codecs.utf_8_decode(last.preview, "strict", last.length == len(last.preview))
    except UnicodeDecodeError:
        return False
    return True


def detail_lines(node: TopicNode | None) -> tuple[str, str]:
    """Return two lines about the topic under the cursor."""
    if node is None:
        return _("nothing has come yet: subscribe to something"), ""
    topic = visible(node.topic, LONGEST)
    last = node.last
    if last is None:
        count = ngettext("{count} message under it", "{count} messages under it", node.below)
        return topic, count.format(count=node.below)
    at = datetime.fromtimestamp(last.wall).strftime("%H:%M:%S.%f")[:-3]  # noqa: DTZ006 - the reader's own time
    kept = _("retained") if last.retained else _("live")
    facts = _("{time}, {size}, QoS {qos}, {kept}").format(
        time=at, size=format_size(last.length), qos=last.qos, kept=kept
    )
    return topic, f"{facts}: {payload_text(last)}"


def totals_line(tree: TopicTree, published: int) -> str:
    """Return what came in all, and how many messages went out."""
    said = [
        ngettext("{count} topic", "{count} topics", tree.topics).format(count=tree.topics),
        ngettext("{count} message", "{count} messages", tree.messages).format(count=tree.messages),
        format_size(tree.bytes),
    ]
    said.append(_("published {count}").format(count=published))
    if tree.elsewhere:
        said.append(_("{count} of topics without room here").format(count=tree.elsewhere))
    return ", ".join(said)


def _columns(width: int, topic: str, count: str, qos: str, kept: str, payload: str) -> str:
    beside = COUNT + QOS + RETAINED + 4
    name = max(10, (width - beside) * 3 // 5)
    cells = (
        pad(topic, name),
        pad(count, COUNT, right=True),
        pad(qos, QOS, right=True),
        pad(kept, RETAINED),
        fit(payload, max(0, width - beside - name)),
    )
    return " ".join(cells)
