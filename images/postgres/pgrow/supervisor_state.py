"""What the supervisor says of itself, to whoever asks it in this container."""
import json
import os
import signal

from pgrow import paths


def write(**facts):
    """Also where it cannot be written: a full disk must not end the supervisor."""
    try:
        with open(f'{paths.SUPERVISOR}.draft', 'w') as file:
            json.dump({'pid': os.getpid()} | facts, file)
        os.rename(f'{paths.SUPERVISOR}.draft', paths.SUPERVISOR)
    except OSError:
        pass


def read():
    """None while no supervisor runs: what one of before left does not count."""
    try:
        with open(paths.SUPERVISOR) as file:
            state = json.load(file)
        with open(f'/proc/{state["pid"]}/cmdline') as file:
            return state if 'pgrow-node' in file.read() else None
    except (OSError, ValueError, KeyError):
        return None


def wake():
    """It looks at its orders at once."""
    state = read()
    if state is None:
        return
    try:
        os.kill(state['pid'], signal.SIGUSR1)
    except ProcessLookupError:
        pass
