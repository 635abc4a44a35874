"""The stop of a hand-over: everything slow is done before, so that the stop itself takes milliseconds."""
import json
import os
import signal
import sys
import time

from pgrow import control_data, fence, postmaster

POLL_SECONDS = 0.003
LIMIT_SECONDS = 30


def armed_stop(system_identifier):
    """Says `armed`, waits for `stop` on standard input, stops and fences the server, reports its control data.

    `cancel` or the end of input leaves everything as it is. Exit codes: 0 done or called off, 4 not the database
    that was meant, 5 still stopping after 30 s.
    """
    try:
        found = control_data.read()['system_identifier']
    except (OSError, ValueError) as problem:
        return _fail(4, f'cannot read pg_control: {problem}')
    if system_identifier is not None and found != system_identifier:
        return _fail(4, f'this is the database with system identifier {found}, not {system_identifier}')
    _say('armed')
    if sys.stdin.readline().strip() != 'stop':
        return 0
    return _stop()


def _stop():
    begin = time.monotonic()
    # First the fence: whatever starts servers here must not bring it back.
    fence.put()
    server = postmaster.pid()
    if server is not None:
        _interrupt(server)
        # While the server ends: nothing is promoted before we have reported.
        fence.keep()
        while postmaster.pid() == server:
            if time.monotonic() - begin > LIMIT_SECONDS:
                return _fail(5, 'still stopping')
            time.sleep(POLL_SECONDS)
    else:
        fence.keep()
    _say(json.dumps(control_data.read() | {'stop_ms': round((time.monotonic() - begin) * 1000)}))
    return 0


def _interrupt(server):
    """Asks for a fast shutdown."""
    try:
        os.kill(server, signal.SIGINT)
    except ProcessLookupError:
        pass


def _fail(code, reason):
    _say(json.dumps({'error': reason}))
    return code


def _say(line):
    print(line, flush=True)
