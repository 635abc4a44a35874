"""The state that the supervisor reports to other programs in this container."""
import json
import os
import signal

from pgrow import paths


def write(**facts):
    """Never fails: a full disk must not end the supervisor."""
    try:
        with open(f'{paths.SUPERVISOR}.draft', 'w') as file:
            json.dump({'pid': os.getpid(), 'since': _since(os.getpid())} | facts, file)
        os.rename(f'{paths.SUPERVISOR}.draft', paths.SUPERVISOR)
    except OSError:
        pass


def read():
    """None while no supervisor runs: the state left by an earlier one does not count."""
    try:
        with open(paths.SUPERVISOR) as file:
            state = json.load(file)
        return state if state['since'] == _since(state['pid']) else None
    except (OSError, ValueError, KeyError, IndexError):
        return None


def _since(pid):
    """When it began, in the kernel's ticks: after a restart of the container another process may have its number."""
    with open(f'/proc/{pid}/stat') as file:
        return file.read().rpartition(')')[2].split()[19]


def wake():
    """It looks at its orders at once. By a signal that ends no process which does not expect it."""
    state = read()
    if state is None:
        return
    try:
        os.kill(state['pid'], signal.SIGURG)
    except ProcessLookupError:
        pass
