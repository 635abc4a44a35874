"""The marker that prevents PostgreSQL on this volume from starting, whatever restarts the container."""
import os

from pgrow import paths


def is_set():
    return os.path.exists(paths.FENCE)


def put():
    """Takes effect at once for every program; it survives a power cut only after `keep`."""
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
