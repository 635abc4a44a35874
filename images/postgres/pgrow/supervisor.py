"""Keeps this node running as configured: PostgreSQL alone, or Patroni. Its orders come through `pgrow.orders`."""
import os
import select
import signal
import subprocess
import sys
import time

from pgrow import base_backup, fence, node as node_file, orders, paths, postmaster, preparation, supervisor_state
from pgrow.health_server import HealthServer

#: How often fence and orders are looked at: often while they may fall, seldom otherwise. An order wakes us.
WAITING_POLL_SECONDS = 0.02
IDLE_POLL_SECONDS = 0.5

#: A Patroni that dies sooner than this after its start is not worth another try.
PATRONI_MINIMUM_SECONDS = 10

#: After the limit of an order: for an immediate shutdown, then everything is killed.
IMMEDIATE_SECONDS = 2


class Stopping(Exception):
    """It was asked to stop while nothing runs yet."""


class Ordered(Exception):
    """There is an order while nothing runs yet."""


class Supervisor:
    def __init__(self):
        self.health = HealthServer()
        self.stopping = False
        #: While the data directory is made, a stop interrupts it.
        self.interruptible = True
        #: The same for an order, which is no end of this supervisor.
        self.preparing = False
        self.child = None
        self.end = None
        self.shown = None
        self.facts = {'run': None, 'exit': None}

    def run(self):
        """Returns the exit code: 0 after a requested stop, 3 without a data directory, else the server's."""
        self._take_signals()
        try:
            while True:
                self._wait_while_down()
                code = self._run_node()
                if self.stopping:
                    return 0
                if code is not None and not fence.is_set() and not orders.is_stopped():
                    return code
        except Stopping:
            return 0
        except base_backup.Failed as problem:
            print(f'Cannot make the data directory: {problem}', file=sys.stderr)
            return 3
        except (OSError, KeyError, ValueError) as problem:
            print(f'Cannot run this node: {problem!r}', file=sys.stderr)
            return 1

    def _wait_while_down(self):
        self._wait_while('fenced', fence.is_set, f'PostgreSQL stays down while {paths.FENCE} is there')
        self._wait_while('stopped', orders.is_stopped, 'this node stays down until pgrow-server starts it')
        if fence.is_set():
            self._wait_while_down()

    def _wait_while(self, state, holds, says):
        if not holds():
            return
        # A server that outlived the supervisor before this one, or that a paused Patroni has left.
        self._stop_server_left_over()
        print(f'{state}: {says}', file=sys.stderr)
        while holds():
            # A stop is shown before a fence: pgrow-server waits to see it.
            self._show('stopped' if orders.is_stopped() else state)
            self._pause(WAITING_POLL_SECONDS)
        print(f'no longer {state}', file=sys.stderr)

    def _run_node(self):
        """Until the server has ended; its exit code, None if this node is to run otherwise or not at all."""
        self._stop_server_left_over()
        node = node_file.read()
        self.facts['run'] = time.time_ns()
        orders.restart_begun()
        if node.mode == 'patroni':
            self.health.hide()
            self.shown = None
            return self._run_patroni()
        self.health.node = node
        self._show('starting' if preparation.has_data() else f'creating {node.mode}')
        if not self._prepare(node):
            return None
        return self._run_postgres()

    def _prepare(self, node):
        """Whether it came to its end: an order calls it off."""
        try:
            self.preparing = True
            if orders.ends_server():
                return False
            preparation.prepare(node)
            return True
        except Ordered:
            return False
        finally:
            self.preparing = False

    def _run_postgres(self):
        self._start(postmaster.command(), postmaster.environment())
        self._show('running')
        ordered = self._follow_child(stop_with=signal.SIGINT)
        self._show('ended')
        code = self._ended()
        return None if ordered else code

    def _run_patroni(self):
        while True:
            begin = time.monotonic()
            self._start(['pgrow-patroni'], os.environ)
            supervisor_state.write(state='running', **self.facts)
            ordered = self._follow_child(stop_with=signal.SIGTERM)
            code = self._ended()
            if self.stopping or ordered:
                # In pause mode Patroni leaves the server running.
                self._stop_server_left_over()
                return None
            if fence.is_set() or postmaster.pid() is None or time.monotonic() - begin < PATRONI_MINIMUM_SECONDS:
                return code
            print(f'Patroni ended with code {code}, PostgreSQL runs on: starting Patroni again', file=sys.stderr)

    def _start(self, command, environment):
        self.interruptible = False
        if self.stopping:
            raise Stopping
        self.child = subprocess.Popen(command, env=environment)

    def _follow_child(self, stop_with):
        """Until it has ended. True if it was stopped for this node to run otherwise, or not at all."""
        self.end, ordered, was_fenced = None, False, fence.is_set()
        while self.child.poll() is None:
            fell = was_fenced and not fence.is_set()
            was_fenced = fence.is_set()
            if not ordered:
                # A fence falls for a member that is a plain server from then on.
                ordered = orders.ends_server() or (
                    fell and stop_with == signal.SIGTERM and node_file.read().mode != 'patroni'
                )
            if (self.stopping or ordered) and self.end is None:
                self.end = _End(self.child if stop_with == signal.SIGTERM else None)
                self.child.send_signal(stop_with)
            if self.end:
                self.end.hurry()
            self._pause(WAITING_POLL_SECONDS if was_fenced or self.end else IDLE_POLL_SECONDS)
        return ordered

    def _ended(self):
        """Exit code of the child as a shell would give it."""
        code, self.child = self.child.returncode, None
        self.interruptible = True
        code = code if code >= 0 else 128 - code
        how = self.end.how if self.end else 'by itself'
        self.facts['exit'] = {'code': code, 'how': how, 'at': round(time.time() * 1000)}
        return code

    def _stop_server_left_over(self):
        server = postmaster.pid()
        if server is None:
            return
        end = _End(None)
        postmaster.send(server, signal.SIGINT)
        while postmaster.pid() == server:
            end.hurry()
            time.sleep(0.01)

    def _show(self, state):
        if state == self.shown:
            return
        self.shown = state
        self.health.show(state)
        supervisor_state.write(state=state, **self.facts)

    def _take_signals(self):
        # A signal's number is written to this pipe, which ends a pause at once.
        self.wake, wakeup = os.pipe()
        for descriptor in (self.wake, wakeup):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, self._reload)
        signal.signal(signal.SIGURG, self._order)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, *_):
        self.stopping = True
        if self.interruptible:
            raise Stopping

    def _order(self, *_):
        if self.preparing and orders.ends_server():
            self.preparing = False
            raise Ordered

    def _reload(self, *_):
        self.health.renew()
        if self.child is not None:
            self.child.send_signal(signal.SIGHUP)

    def _pause(self, seconds):
        if select.select([self.wake], [], [], seconds)[0]:
            os.read(self.wake, 4096)


class _End:
    """An end that was ordered with a limit: past it first the server is shut down at once, then all of it is killed.

    An immediate shutdown loses nothing that was committed: the server recovers it as it starts.
    """

    def __init__(self, patroni):
        self.begin = time.monotonic()
        self.patroni = patroni
        self.how = 'orderly'
        self.moves = [(0, self._quit), (IMMEDIATE_SECONDS, self._kill)]

    def hurry(self):
        limit = orders.limit_seconds()
        if limit is None:
            return
        while self.moves and time.monotonic() - self.begin > limit + self.moves[0][0]:
            _, move = self.moves.pop(0)
            move(postmaster.pid())

    def _quit(self, server):
        self.how = 'immediate'
        print('still stopping at the limit: shutting down at once', file=sys.stderr)
        if server is not None:
            postmaster.send(server, signal.SIGQUIT)

    def _kill(self, server):
        self.how = 'killed'
        print('still stopping past the limit: killing it', file=sys.stderr)
        if self.patroni is not None:
            self.patroni.kill()
        if server is not None:
            postmaster.kill(server)
