"""The schema of the server to look around in: a tree, and what there is to say of the node at the cursor."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from wslab.i18n import _, spoken
from wslab.lab.graphql.client import GraphqlClient, Stage
from wslab.lab.graphql.schema import Field, Schema
from wslab.tui.graphql.schema_nodes import Node, top_nodes
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import MUTED, STRONG, paragraph
from wslab.tui.widgets.text_view import TextView


class SchemaTree(Tree[Node], inherit_bindings=False):
    """The nodes. Right opens one, left closes it, enter writes the operation for a field of a root."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "select_cursor", "Write operation", id="schema-write",
            tooltip="Write an operation that asks for this field; open anything else",
        ),
        Binding("right", "open_node", "Open", show=False, id="schema-open"),
        Binding("left", "close_node", "Close", show=False, id="schema-close"),
        Binding("up", "cursor_up", "Up", show=False, id="schema-up"),
        Binding("down", "cursor_down", "Down", show=False, id="schema-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="schema-page-up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="schema-page-down"),
        Binding("home", "scroll_home", "First", show=False, id="schema-home"),
        Binding("end", "scroll_end", "Last", show=False, id="schema-end"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    SchemaTree {
        padding: 0 1;
        background: $background;
        scrollbar-size: 1 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", id=id)
        self.show_root = False
        self.auto_expand = False
        self.guide_depth = 2

    def fill(self, schema: Schema | None) -> None:
        """Show a schema, with what can be subscribed to in view."""
        self.clear()
        self.root.expand()
        if schema is not None:
            for node in top_nodes(schema):
                _add(self.root, node)
            if self.root.children:
                self.open(self.root.children[0])
                self.cursor_line = 0

    def open(self, node: TreeNode[Node]) -> None:
        """Open a node; what is in it is made the first time."""
        if node.data is not None and node.data.children is not None and not node.children:
            for child in node.data.children():
                _add(node, child)
        node.expand()

    @on(Tree.NodeExpanded)
    def _opened(self, event: Tree.NodeExpanded[Node]) -> None:
        if event.node.data is not None and not event.node.children:
            self.open(event.node)  # by the mouse

    def action_open_node(self) -> None:
        """Open the node at the cursor, or go into it where it is open."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if node.is_expanded:
            self.action_cursor_down()
        else:
            self.open(node)

    def action_close_node(self) -> None:
        """Close the node at the cursor, or go to the one it is in."""
        node = self.cursor_node
        if node is None:
            return
        if node.allow_expand and node.is_expanded:
            node.collapse()
        elif node.parent is not None and not node.parent.is_root:
            self.move_cursor(node.parent)

    def relabel(self) -> None:
        """Name every node in the language in use."""
        nodes = [*self.root.children]
        while nodes:
            node = nodes.pop()
            if node.data is not None:
                node.set_label(Text(node.data.label()))
            nodes += node.children


def _add(parent: TreeNode[Node], node: Node) -> None:
    parent.add(Text(node.label()), node, allow_expand=node.children is not None)


class SchemaView(Vertical):
    """Tree and text. Says what to do where there is no schema yet."""

    DEFAULT_CSS = """
    SchemaView {
        #schema-tree { height: 2fr; }
        #schema-about { height: 1fr; min-height: 3; border-top: solid $panel-lighten-1; }
        &.-empty #schema-tree { display: none; }
        &.-empty #schema-about { border-top: none; }
    }
    """

    class Chosen(Message):
        """The learner wants an operation that asks for a field."""

        def __init__(self, kind: str, field: Field) -> None:
            super().__init__()
            self.kind = kind
            self.field = field

    def __init__(self, client: GraphqlClient, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="-empty")
        self._client = client
        self._schema: Schema | None = None
        self._told: object = None
        self._tree = SchemaTree(id="schema-tree")
        self._about = TextView(self._lines, id="schema-about")

    def compose(self) -> ComposeResult:
        """Lay the text out below the tree."""
        yield self._tree
        yield self._about

    def refresh_shown(self) -> None:
        """Show the schema that there is now; nothing is done where it is the same."""
        client = self._client
        if client.schema is not self._schema:
            self._schema = client.schema
            self._tree.fill(client.schema)
            self.set_class(client.schema is None, "-empty")
            self.call_after_refresh(self._hand_over, self._tree.has_focus)
        told = client.schema is None, client.schema_trouble, client.reading_schema, client.stage
        if told != self._told:
            self._told = told
            self._about.draw(self._lines)

    def _hand_over(self, from_tree: bool) -> None:
        """Give the keyboard to what stands here now, where it was at what stood here before."""
        # Whether the text has it shows only now: what asked for it may just have been under way.
        if from_tree or self._about.has_focus:
            self.focus_first()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self._tree.relabel()
        self._about.retranslate()

    def focus_first(self) -> None:
        """Give the keyboard to the tree, or to the text where there is no tree."""
        (self._about if self._schema is None else self._tree).focus()

    def _lines(self, _width: int) -> list[Content]:
        client = self._client
        # Narrower than other texts may be: there is a document beside it.
        width = self._about.scrollable_content_region.width
        if client.schema is None:
            if client.reading_schema:
                told = _("asking the server for its schema …")
            elif client.schema_trouble:
                told = _("there is no schema: {why}").format(why=visible(spoken(client.schema_trouble)))
            elif client.stage is Stage.CLOSED:
                told = _("connect to a GraphQL server first: the schema is asked for over the connection")
            else:
                told = _("press Read schema: an introspection query asks the server what it offers")
            return paragraph(told, width)
        node = self._tree.cursor_node
        if node is None or node.data is None:
            return [Content("")]
        first, *others = node.data.about()
        lines = paragraph(first, width, STRONG)
        for other in others:
            lines += paragraph(other, width, MUTED if other.startswith("†") else "")
        return lines

    @on(Tree.NodeHighlighted)
    def _tell(self, event: Tree.NodeHighlighted[Node]) -> None:
        event.stop()
        self._about.draw(self._lines)

    @on(Tree.NodeSelected)
    def _choose(self, event: Tree.NodeSelected[Node]) -> None:
        event.stop()
        node = event.node
        if node.data is None:
            return
        if node.data.writes is not None:
            self.post_message(self.Chosen(*node.data.writes))
        elif node.is_expanded:
            node.collapse()
        else:
            self._tree.open(node)
