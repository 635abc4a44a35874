"""Stops, starts and restarts what this node runs, through its supervisor; the container keeps running."""
import json
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from pgrow import control_data, fence, node as node_file, orders, postmaster, supervisor_state, tls

POLL_SECONDS = 0.01

#: The supervisor forces an end at the limit: how long that may take.
FORCE_SECONDS = 8

DONE, FAILED, FENCED, LATE = 0, 1, 3, 5
STAYS_DOWN = 'it is fenced, and stays down until that falls'


def stop(limit_seconds):
    """Returns when nothing of it runs; succeeds if it is already stopped."""
    begin = time.monotonic()
    orders.stop(limit_seconds)
    supervisor_state.wake()
    while not _has_stopped():
        if time.monotonic() - begin > limit_seconds + FORCE_SECONDS:
            return LATE, status() | {'error': 'still stopping'}
        time.sleep(POLL_SECONDS)
    return DONE, status() | {'stop_ms': _milliseconds(begin)}


def start(limit_seconds):
    """Returns when it accepts connections; succeeds if it is already running. A paused Patroni starts no server."""
    begin = time.monotonic()
    orders.start()
    supervisor_state.wake()
    return _until_started(begin, limit_seconds, lambda: True)


def restart(limit_seconds):
    """The same after an end of what runs; what is stopped is started. What could not come back is not ended.

    Under Patroni it is the server that is restarted, and by Patroni: it takes one that ends by itself for one that failed.
    """
    if fence.is_set():
        return FENCED, status() | {'error': STAYS_DOWN}
    if _state(supervisor_state.read() or {}) == 'running' and node_file.read().mode == 'patroni':
        refusal = _restart_by_patroni(2 * limit_seconds)
        return (DONE, status()) if refusal is None else (FAILED, status() | {'error': refusal})
    begin = time.monotonic()
    before = _run()
    orders.restart(limit_seconds)
    supervisor_state.wake()
    return _until_started(begin, 2 * limit_seconds + FORCE_SECONDS, lambda: not orders.is_restart() and _run() != before)


def status():
    """`state`: of the node. `server`: whether a server runs, else how the last one ended, as far as its files say."""
    state = supervisor_state.read() or {}
    running = postmaster.pid() is not None
    found = {'state': _state(state), 'running': running, 'exit': state.get('exit')}
    if running:
        return found
    try:
        return found | {'control': control_data.read()}
    except (OSError, ValueError):
        return found


def _state(state):
    if orders.is_stopped():
        return 'stopped' if state.get('state') == 'stopped' else 'stopping'
    if fence.is_set():
        return 'fenced'
    return state.get('state', 'no supervisor')


def _has_stopped():
    state = supervisor_state.read()
    return state is not None and state['state'] == 'stopped' and postmaster.pid() is None


def _until_started(begin, limit_seconds, has_begun):
    while True:
        if fence.is_set() and postmaster.pid() is None:
            return FENCED, status() | {'error': STAYS_DOWN}
        if has_begun() and (postmaster.takes_connections() or _patroni_is_paused()):
            return DONE, status() | {'start_ms': _milliseconds(begin)}
        if time.monotonic() - begin > limit_seconds:
            return LATE, status() | {'error': 'still starting'}
        time.sleep(POLL_SECONDS)


def _run():
    """What distinguishes one run of this node from another."""
    return (supervisor_state.read() or {}).get('run')


def _restart_by_patroni(limit_seconds):
    """None if it has; else its message."""
    try:
        with ask_health_port('/restart', limit_seconds, data=b'{}', method='POST'):
            return None
    except HTTPError as problem:
        return f'Patroni says {problem.read().decode(errors="replace").strip() or problem.code}'
    except OSError as problem:
        return f'Patroni does not answer: {problem}'


def _patroni_is_paused():
    try:
        if node_file.read().mode != 'patroni' or (supervisor_state.read() or {}).get('state') != 'running':
            return False
        with ask_health_port('/liveness', 1):
            pass
        with ask_health_port('/cluster', 1) as answer:
            return json.load(answer).get('pause') is True
    except (OSError, ValueError, KeyError):
        return False


def ask_health_port(path, limit_seconds, **request):
    """The answer of this node's own, as `urlopen` gives it. Raises OSError, HTTPError among them."""
    scheme, context = ('https', tls.client_context()) if node_file.read().tls else ('http', None)
    return urlopen(Request(f'{scheme}://127.0.0.1:8008{path}', **request), timeout=limit_seconds, context=context)


def _milliseconds(begin):
    return round((time.monotonic() - begin) * 1000)
