"""Keeps what this node is told to be running: PostgreSQL by itself, or Patroni."""
import os
import select
import signal
import subprocess
import sys
import time

from pgrow import base_backup, fence, node as node_file, paths, postmaster, preparation
from pgrow.health_server import HealthServer

#: How often the fence is looked at: often while it may fall, seldom otherwise.
FENCED_POLL_SECONDS = 0.02
IDLE_POLL_SECONDS = 0.5

#: A Patroni that dies sooner than this after its start is not worth another try.
PATRONI_MINIMUM_SECONDS = 10


class Stopping(Exception):
    """Told to stop while nothing runs yet."""


class Supervisor:
    def __init__(self):
        self.health = HealthServer()
        self.stopping = False
        #: While the data directory is made, a stop interrupts it.
        self.interruptible = True
        self.child = None

    def run(self):
        """Returns the exit code: 0 after a stop that was asked for, 3 without a data directory, else the server's."""
        self._take_signals()
        try:
            while True:
                self._wait_while_fenced()
                code = self._run_node(node_file.read())
                if self.stopping:
                    return 0
                if code is not None and not fence.is_set():
                    return code
        except Stopping:
            return 0
        except base_backup.Failed as problem:
            print(f'Cannot make the data directory: {problem}', file=sys.stderr)
            return 3
        except (OSError, KeyError, ValueError) as problem:
            print(f'Cannot run this node: {problem!r}', file=sys.stderr)
            return 1

    def _wait_while_fenced(self):
        if not fence.is_set():
            return
        print(f'fenced: PostgreSQL stays down while {paths.FENCE} is there', file=sys.stderr)
        self.health.show('fenced')
        while fence.is_set():
            self._pause(FENCED_POLL_SECONDS)
        print('no longer fenced', file=sys.stderr)

    def _run_node(self, node):
        """Until the server has ended; its exit code, None if another mode is to be started."""
        self._stop_server_left_over()
        if node.mode == 'patroni':
            self.health.hide()
            return self._run_patroni()
        self.health.node = node
        self.health.show('starting' if preparation.has_data() else f'creating {node.mode}')
        preparation.prepare(node)
        return self._run_postgres()

    def _run_postgres(self):
        self._start(postmaster.command(), postmaster.environment())
        self.health.show('running')
        self._follow_child(stop_with=signal.SIGINT)
        self.health.show('stopped')
        return self._ended()

    def _run_patroni(self):
        while True:
            begin = time.monotonic()
            self._start(['pgrow-patroni'], os.environ)
            other_mode = self._follow_child(stop_with=signal.SIGTERM)
            code = self._ended()
            if self.stopping or other_mode:
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
        """Until it has ended. True if it was stopped because its fence fell and this node is to run otherwise now."""
        told, other_mode, was_fenced = False, False, fence.is_set()
        while self.child.poll() is None:
            if not other_mode and was_fenced and not fence.is_set() and stop_with == signal.SIGTERM:
                other_mode = node_file.read().mode != 'patroni'
            was_fenced = fence.is_set()
            if (self.stopping or other_mode) and not told:
                self.child.send_signal(stop_with)
                told = True
            self._pause(FENCED_POLL_SECONDS if was_fenced else IDLE_POLL_SECONDS)
        return other_mode

    def _ended(self):
        """Exit code of the child as a shell would give it."""
        code, self.child = self.child.returncode, None
        self.interruptible = True
        return code if code >= 0 else 128 - code

    def _stop_server_left_over(self):
        server = postmaster.pid()
        if server is None:
            return
        os.kill(server, signal.SIGINT)
        while postmaster.pid() == server:
            time.sleep(0.01)

    def _take_signals(self):
        # A signal's number is written to this pipe, which ends a pause at once.
        self.wake, wakeup = os.pipe()
        for descriptor in (self.wake, wakeup):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, self._reload)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, *_):
        self.stopping = True
        if self.interruptible:
            raise Stopping

    def _reload(self, *_):
        if self.child is not None:
            self.child.send_signal(signal.SIGHUP)

    def _pause(self, seconds):
        if select.select([self.wake], [], [], seconds)[0]:
            os.read(self.wake, 4096)
