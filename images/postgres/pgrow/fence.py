"""The mark that keeps PostgreSQL on this volume from being started, whatever restarts the container."""
import os

from pgrow import paths


def is_set():
    return os.path.exists(paths.FENCE)


def put():
    """At once for every program; to survive a power cut it takes `keep`."""
    with open(paths.FENCE, 'w'):
        pass


def keep():
    paths.sync(paths.FENCE)
    paths.sync(paths.VOLUME)


def remove():
    try:
        os.unlink(paths.FENCE)
    except FileNotFoundError:
        return
    paths.sync(paths.VOLUME)
