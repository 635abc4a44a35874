"""Serves the health endpoint on port 8008, with the answers that Patroni gives there."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pgrow import fence, health_answers, orders
from pgrow.server_facts import ServerFacts

PORT = 8008


class HealthServer:
    """`show` serves a state of the node, `hide` leaves the port to Patroni."""

    def __init__(self):
        self.node = None
        self.state = 'starting'
        self.facts = ServerFacts()
        self._server = None

    def show(self, state):
        self.state = state
        if self._server is None:
            self._server = _Server(self)
            threading.Thread(target=self._server.serve_forever, args=(0.2,), daemon=True).start()

    def hide(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, target):
        """Status, content type and body."""
        # From the order on: routers need not wait until the server has ended.
        state = 'stopped' if orders.is_stopped() else 'fenced' if fence.is_set() else self.state
        return health_answers.answer(target, state, self.node, self.facts)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, health):
        self.health = health
        super().__init__(('0.0.0.0', PORT), _Request)

    def handle_error(self, request, client_address):
        """Does not log clients that disconnected."""


class _Request(BaseHTTPRequestHandler):
    timeout = 5

    def do_GET(self):
        status, kind, body = self.server.health.answer(self.path)
        if not isinstance(body, str):
            body = json.dumps(body)
        content = body.encode()
        head = (
            f'HTTP/1.0 {status} {self.responses[status][0]}\r\nContent-Type: {kind}\r\n'
            f'Content-Length: {len(content)}\r\nConnection: close\r\n\r\n'
        ).encode()
        # In one write: a second one would wait for the client's delayed ACK.
        self.wfile.write(head if self.command == 'HEAD' else head + content)

    do_HEAD = do_OPTIONS = do_GET

    def log_message(self, *_):
        pass
