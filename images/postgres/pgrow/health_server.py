"""Serves the health endpoint on port 8008, with the answers that Patroni gives there."""
import contextlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pgrow import fence, health_answers, node as node_file, orders, tls
from pgrow.server_facts import ServerFacts

PORT = 8008


class HealthServer:
    """`show` serves a state of the node, `hide` leaves the port to Patroni."""

    def __init__(self):
        self.node = None
        self.state = 'starting'
        self.facts = ServerFacts()
        #: Of connections from now on; None where it speaks plain text.
        self.context = None
        self._server = None

    def show(self, state):
        """Raises OSError or ValueError when the port is to speak TLS and cannot."""
        self.state = state
        if self._server is None:
            self.context = _context()
            self._server = _Server(self)
            threading.Thread(target=self._server.serve_forever, args=(0.2,), daemon=True).start()

    def hide(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def renew(self):
        """Takes a changed certificate without closing the port; one that cannot be used changes nothing."""
        if self._server is None:
            return
        try:
            self.context = _context()
        except (OSError, KeyError, ValueError) as problem:
            print(f'the health endpoint keeps the certificate of before: {problem}', file=sys.stderr)

    def answer(self, target):
        """Status, content type and body."""
        # From the order on: routers need not wait until the server has ended.
        state = 'stopped' if orders.is_stopped() else 'fenced' if fence.is_set() else self.state
        return health_answers.answer(target, state, self.node, self.facts)


def _context():
    return tls.server_context() if node_file.read().tls else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, health):
        self.health = health
        super().__init__(('0.0.0.0', PORT), _Request)

    def finish_request(self, request, client_address):
        """In the request's own thread, handshake included: a client that says nothing holds up no other."""
        context = self.health.context
        if context is None:
            return super().finish_request(request, client_address)
        request.settimeout(_Request.timeout)
        with context.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)
            # Without this goodbye a client takes the end for an interruption. Some do not wait for it.
            with contextlib.suppress(OSError):
                encrypted.unwrap()

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
