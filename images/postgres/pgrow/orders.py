"""Orders to this node's supervisor: to keep the node stopped, or to restart it once.

An order outlives the command that gave it and the supervisor itself. It lies in the container and not on its volume: like a stop by
the engine it holds through every restart of the container, and ends with the container. What must hold for the data,
whatever container they are in, is the fence.
"""
import json
import os

from pgrow import paths


def stop(limit_seconds):
    _write(paths.STOPPED, {'limit_seconds': limit_seconds})


def start():
    """Succeeds if it is not stopped."""
    _remove(paths.STOPPED)


def restart(limit_seconds):
    start()
    _write(paths.RESTART, {'limit_seconds': limit_seconds})


def is_stopped():
    return os.path.exists(paths.STOPPED)


def is_restart():
    return os.path.exists(paths.RESTART)


def restart_begun():
    _remove(paths.RESTART)


def ends_server():
    return is_stopped() or is_restart()


def limit_seconds():
    """Time for a clean end of the server; None without an order."""
    for path in (paths.STOPPED, paths.RESTART):
        try:
            with open(path) as file:
                return float(json.load(file)['limit_seconds'])
        except (OSError, ValueError, KeyError):
            pass
    return None


def _write(path, content):
    draft = f'{path}.draft'
    with open(draft, 'w') as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(draft, path)
    paths.sync(os.path.dirname(path))


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    paths.sync(os.path.dirname(path))
