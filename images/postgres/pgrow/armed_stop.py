"""The stop of a hand-over. Everything slow is done beforehand, so that the stop itself takes milliseconds."""
import json
import re
import signal
import sys
import time

from pgrow import control_data, fence, postmaster

POLL_SECONDS = 0.003
LIMIT_SECONDS = 30

#: Before the time is over: first every walsender is ended, then the server itself. Seconds.
WALSENDERS_BEFORE = 1.0
QUIT_BEFORE = 0.5

#: Those that confirmed everything a moment ago are waited for only this long. Seconds.
OTHERS_WITHIN = 1.0

#: The server's own name for such a process, after the name of its cluster if it has one.
WALSENDER = re.compile(r'^postgres: (?:.*: )?walsender ')


def armed_stop(system_identifier):
    """Says `armed` and the time here in milliseconds, waits for a line `stop`, stops and fences the server, and reports
    its control data.

    `stop UNTIL SUCCESSOR PID…`: the server has stopped by UNTIL, milliseconds since the epoch, in an orderly way if
    it can. It waits for the walsenders of these PIDs only, in the end only for the one to the address SUCCESSOR; all
    others are ended at once. A line that is read after UNTIL does nothing. Without UNTIL it waits for all for 30 s.

    `cancel` or the end of input leaves everything as it is. Exit codes: 0 done or called off, 4 not the database
    that was meant, 5 still stopping after 30 s, 6 triggered too late.
    """
    try:
        found = control_data.read()['system_identifier']
    except (OSError, ValueError) as problem:
        return _fail(4, f'cannot read pg_control: {problem}')
    if system_identifier is not None and found != system_identifier:
        return _fail(4, f'this is the database with system identifier {found}, not {system_identifier}')
    _say(f'armed {round(time.time() * 1000)}')
    order, *details = sys.stdin.readline().split() or ['']
    if order != 'stop':
        return 0
    if not details:
        return _stop(LIMIT_SECONDS, _WaitForAll())
    seconds = int(details[0]) / 1000 - time.time()
    if seconds <= 0:
        return _fail(6, 'the order to stop came too late')
    return _stop(seconds, _WaitForFew(seconds, details[1], {int(pid) for pid in details[2:]}))


def _stop(seconds, haste):
    begin = time.monotonic()
    # First the fence: whatever starts servers here must not bring it back.
    fence.put()
    server = postmaster.pid()
    if server is not None:
        postmaster.send(server, signal.SIGINT)
        haste.after(server, 0)
        # While the server ends: nothing is promoted before we have reported.
        fence.keep()
        while postmaster.pid() == server:
            passed = time.monotonic() - begin
            haste.after(server, passed)
            if passed > seconds:
                return _fail(5, 'still stopping')
            time.sleep(POLL_SECONDS)
    else:
        fence.keep()
    _say(json.dumps(control_data.read() | {'stop_ms': round((time.monotonic() - begin) * 1000)}))
    return 0


class _WaitForAll:
    def after(self, server, passed):
        pass


class _WaitForFew:
    """A server that is stopping accepts no new connection, so a sender that is ended here stays away."""

    def __init__(self, seconds, successor, pids):
        self.successor = f' {successor}('
        # Each is done once, in this order, as soon as so much time has passed.
        self.moves = [
            (0, lambda server: self._end(server, lambda pid, title: pid in pids or self.successor in title)),
            (min(OTHERS_WITHIN, seconds / 2), lambda server: self._end(server, lambda _, title: self.successor in title)),
            (seconds - WALSENDERS_BEFORE, lambda server: self._end(server, lambda _pid, _title: False)),
            # An immediate shutdown loses nothing that was committed: the server recovers it as it starts.
            (seconds - QUIT_BEFORE, lambda server: postmaster.send(server, signal.SIGQUIT)),
            (seconds - QUIT_BEFORE / 2, postmaster.kill),
        ]

    def after(self, server, passed):
        while self.moves and passed >= self.moves[0][0]:
            _, move = self.moves.pop(0)
            move(server)

    def _end(self, server, is_kept):
        for pid, title in postmaster.children(server):
            if WALSENDER.match(title) and not is_kept(pid, title):
                postmaster.send(pid, signal.SIGTERM)


def _fail(code, reason):
    _say(json.dumps({'error': reason}))
    return code


def _say(line):
    print(line, flush=True)
