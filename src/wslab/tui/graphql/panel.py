"""The controls of GraphQL: a document and its variables, the operations and their results, and the schema."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, ContentSwitcher, Input, Static

from wslab.i18n import N_, _, sentence
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.graphql.client import GraphqlClient, Stage
from wslab.lab.graphql.document import request_at
from wslab.lab.graphql.skeleton import operation_for, variables_text
from wslab.lab.graphql.variables import read_object
from wslab.tui.graphql.code_area import CodeArea
from wslab.tui.graphql.operation_list import OperationList
from wslab.tui.graphql.operation_text import status_text
from wslab.tui.graphql.result_view import ResultView
from wslab.tui.graphql.schema_view import SchemaView
from wslab.tui.graphql.spans import graphql_spans, json_spans
from wslab.tui.widgets.protocol_panel import CarryOut, ProtocolPanel, Say
from wslab.wire.graphql.subprotocols import LEGACY

DOCUMENT = """\
subscription Ticks($every: Int) {
  clock(every: $every) {
    n
    at
  }
}
"""
"""What stands in the editor at first: something that the bundled server can do."""
VARIABLES = '{"every": 1000}'
INIT_EXAMPLE = '{"token": "learn"}'

FULL_HEIGHT = 13
"""Lines below which there is less of everything that has more than one."""

BUTTONS = {
    "run": (N_("Run"), N_("Start the operation at the cursor of the document")),
    "stop": (N_("Stop"), N_("Tell the server that no more results of the chosen operation are wanted")),
    "init": (N_("connection_init"), N_("Send connection_init: ask the server to let this client in")),
    "ping": (N_("ping"), N_("Send a ping message and time its pong")),
    "terminate": (N_("connection_terminate"), N_("Say goodbye: the server closes the connection")),
    "schema": (N_("Read schema"), N_("Look around in the schema of the server, by an introspection query")),
    "clear": (N_("Clear"), N_("Take the operations that are over off the list")),
}
"""Label and explanation of each button."""


class GraphqlPanel(ProtocolPanel):
    """What a learner does with GraphQL over WebSocket.

    Args:
        client: whose operations these are.
        say: tells the learner something in passing.
        carry_out: runs an action; what goes wrong in it is said.
    """

    DEFAULT_CSS = """
    GraphqlPanel {
        height: 1fr;
        #graphql-status { height: 1; padding: 0 1; }
        #graphql-buttons { height: 1; }
        #graphql-buttons Button { min-width: 4; margin-right: 1; }
        #graphql-terminate { display: none; }
        &.-legacy #graphql-terminate { display: block; }
        &.-legacy #graphql-ping { display: none; }
        #graphql-body { height: 1fr; }
        #graphql-ask { width: 1fr; }
        #graphql-answers { width: 1fr; border-left: solid $panel-lighten-1; }
        .graphql-heading { height: 1; padding: 0 1; color: $foreground-muted; }
        #graphql-document { height: 1fr; }
        #graphql-variables { height: 2; }
        #graphql-init-row { height: 1; }
        #graphql-init-row Button { min-width: 4; margin-right: 1; }
        #graphql-init-text { width: 1fr; }
        #graphql-operations { height: 4; }
        #graphql-results { height: 1fr; }
        &.-low #graphql-variables { height: 1; }
        &.-low #graphql-operations { height: 3; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r", "run", "Run", id="graphql-run",
            tooltip="Start the operation at the cursor of the document",
        ),
        Binding(
            "ctrl+t", "schema", "Schema", id="graphql-schema",
            tooltip="Look around in the schema of the server, or go back to the results",
        ),
    ]  # fmt: skip

    def __init__(
        self,
        client: GraphqlClient,
        say: Say,
        carry_out: CarryOut,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._client = client
        self._say = say
        self._carry_out = carry_out
        self._seen: tuple[int, ...] = ()
        self._subprotocol: object = None
        self.document = CodeArea(graphql_spans, DOCUMENT, id="graphql-document")
        self.variables = CodeArea(json_spans, VARIABLES, id="graphql-variables")
        self.operations = OperationList(client, id="graphql-operations")
        self.results = ResultView(client, id="graphql-results")
        self.schema = SchemaView(client, id="graphql-schema-view")

    def compose(self) -> ComposeResult:
        """Lay out a line of state and one of buttons, what is asked left and what is answered right."""
        yield Static(id="graphql-status", markup=False)
        with Horizontal(id="graphql-buttons"):
            for name in BUTTONS:
                yield Button(id=f"graphql-{name}", compact=True)
        with Horizontal(id="graphql-body"):
            with Vertical(id="graphql-ask"):
                yield Static(id="graphql-document-heading", classes="graphql-heading", markup=False)
                yield self.document
                yield Static(id="graphql-variables-heading", classes="graphql-heading", markup=False)
                yield self.variables
                yield Static(id="graphql-init-heading", classes="graphql-heading", markup=False)
                with Horizontal(id="graphql-init-row"):
                    yield Button(id="graphql-by-itself", compact=True)
                    yield Input(
                        self._client.init_text, placeholder=INIT_EXAMPLE, id="graphql-init-text", compact=True
                    )
            with ContentSwitcher(initial="graphql-stream", id="graphql-answers"):
                with Vertical(id="graphql-stream"):
                    yield Static(id="graphql-operations-heading", classes="graphql-heading", markup=False)
                    yield self.operations
                    yield Static(id="graphql-results-heading", classes="graphql-heading", markup=False)
                    yield self.results
                yield self.schema

    def on_mount(self) -> None:
        """Write on everything what it is."""
        self.retranslate()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        for name, (label, help_text) in BUTTONS.items():
            button = self.query_one(f"#graphql-{name}", Button)
            _label(button, _(label))
            button.tooltip = _(help_text)
        for name, text in (
            ("document", _("document (ctrl+r runs)")),
            ("variables", _("variables (JSON)")),
            ("init", _("payload of connection_init (JSON)")),
            ("operations", _("operations (del stops)")),
        ):
            self.query_one(f"#graphql-{name}-heading", Static).update(text)
        self._name_buttons()
        self.results.retranslate()
        self.schema.retranslate()
        self._seen = ()
        self.refresh_shown()

    def _name_buttons(self) -> None:
        by_itself = self.query_one("#graphql-by-itself", Button)
        automatic = self._client.init_by_itself
        _label(by_itself, _("sent by itself") if automatic else _("sent by hand"))
        by_itself.tooltip = _("Whether connection_init is sent as soon as the connection is open")
        if self.shows_schema:
            _label(self.query_one("#graphql-schema", Button), _("Results"))

    @property
    def shows_schema(self) -> bool:
        """Whether the schema stands where the results do otherwise."""
        return self.query_one("#graphql-answers", ContentSwitcher).current == "graphql-schema-view"

    def on_resize(self) -> None:
        """Write for another size."""
        self.set_class(self.size.height < FULL_HEIGHT, "-low")
        self._seen = ()
        self.refresh_shown()

    def refresh_shown(self) -> None:
        """Show what has changed; nothing is done where nothing has."""
        if not self.is_mounted:
            return
        status = self.query_one("#graphql-status", Static)
        # The size it had last: behind another page it is still true, and its region is not.
        width = status.outer_size.width - status.gutter.width
        if self._seen == (self._client.version, width):
            return
        self._seen = self._client.version, width
        if width > 0:
            status.update(status_text(self._client, width), layout=False)
        if self._client.subprotocol is not self._subprotocol:
            self._subprotocol = self._client.subprotocol
            self.set_class(self._client.subprotocol is LEGACY, "-legacy")
        self.operations.refresh_shown()
        self._name_results()
        self.results.refresh_shown()
        self.schema.refresh_shown()

    def _name_results(self) -> None:
        operation = self.results.operation
        if operation is None:
            text = _("what happened to the connection")
        else:
            text = _("results of {id}").format(id=operation.id)
        self.query_one("#graphql-results-heading", Static).update(text, layout=False)

    # What is asked for

    @on(Button.Pressed)
    async def press(self, event: Button.Pressed) -> None:
        """Do what a button says."""
        event.stop()
        name = (event.button.id or "").removeprefix("graphql-")
        if name == "by-itself":
            self._client.init_by_itself = not self._client.init_by_itself
            self._name_buttons()
        else:
            await self.run_action(name.replace("-", "_"))

    def action_run(self) -> None:
        """Start the operation at the cursor of the document."""
        self._carry_out(self._run(), "start an operation")

    async def _run(self) -> None:
        variables = read_object(self.variables.text, sentence("variables"))
        request = request_at(self.document.text, self.document.place, variables)
        operation = await self._client.start(request)
        self._show_stream()
        self.operations.choose(operation)
        self.refresh_shown()

    def action_stop(self) -> None:
        """Stop the operation that is chosen in the list."""
        self._carry_out(self._stop(), "stop an operation")

    async def _stop(self) -> None:
        operation = self.operations.chosen
        if operation is None:
            raise WorkbenchError(sentence("no operation is chosen: go to one in the list"))
        await self._client.stop(operation)

    def action_init(self) -> None:
        """Send connection_init."""
        self._carry_out(self._client.init(), "connection_init")

    def action_ping(self) -> None:
        """Send a ping message."""
        self._carry_out(self._client.ping(), "ping message")

    def action_terminate(self) -> None:
        """Say goodbye."""
        self._carry_out(self._client.terminate(), "connection_terminate")

    def action_clear(self) -> None:
        """Take what is over off the list."""
        self._client.forget_over()
        self.operations.choose(self.operations.chosen)

    def action_schema(self) -> None:
        """Show the schema, which is asked for where it is not known; or go back to the results."""
        if self.shows_schema:
            self._show_stream()
            return
        self.query_one("#graphql-answers", ContentSwitcher).current = "graphql-schema-view"
        self._name_buttons()
        self.schema.refresh_shown()
        self.call_after_refresh(self.schema.focus_first)
        if self._client.schema is None and self._client.stage is not Stage.CLOSED:
            self._carry_out(self._client.introspect(), "introspection")

    def _show_stream(self) -> None:
        if self.shows_schema:
            self.query_one("#graphql-answers", ContentSwitcher).current = "graphql-stream"
            _label(self.query_one("#graphql-schema", Button), _(BUTTONS["schema"][0]))
            if self.screen.focused is not None and self.schema in self.screen.focused.ancestors:
                self.operations.focus()

    @on(Input.Changed, "#graphql-init-text")
    def _take_init_text(self, event: Input.Changed) -> None:
        event.stop()
        self._client.init_text = event.value

    @on(Input.Submitted, "#graphql-init-text")
    def _send_init(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_init()

    @on(OperationList.Chosen)
    def _show_operation(self, event: OperationList.Chosen) -> None:
        event.stop()
        if event.operation is not self.results.operation:
            self.results.show(event.operation)
            self._name_results()

    @on(OperationList.StopAsked)
    def _stop_chosen(self, event: OperationList.StopAsked) -> None:
        event.stop()
        self.action_stop()

    @on(OperationList.OptionSelected)
    def _read_results(self, event: OperationList.OptionSelected) -> None:
        event.stop()
        self.results.focus()

    @on(SchemaView.Chosen)
    def _write_operation(self, event: SchemaView.Chosen) -> None:
        event.stop()
        schema = self._client.schema
        if schema is None:
            return
        text, variables = operation_for(schema, event.kind, event.field)
        self.document.append(text)
        self._offer_variables(variables)
        self._say(_("written into the document; ctrl+r runs it"))
        self.document.focus()

    def _offer_variables(self, needed: dict[str, Any]) -> None:
        """Add the variables that an operation needs to those there are; nothing there is lost."""
        try:
            present = read_object(self.variables.text, "") or {}
        except ValueError:
            return  # It is being worked on.
        if not needed.keys() <= present.keys():
            text = variables_text(
                {**present, **{name: needed[name] for name in needed if name not in present}}
            )
            self.variables.replace(text, (0, 0), self.variables.document.end)


def _label(button: Button, text: str) -> None:
    """Write on a button, and make it as wide as that needs."""
    button.label = Content(text)
    button.refresh(layout=True)
