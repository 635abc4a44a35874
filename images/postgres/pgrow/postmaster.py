"""The PostgreSQL server process, whoever started it."""
import os

from pgrow import paths


def pid():
    """Of the running server; None if there is none. A pid file left by a killed server does not count."""
    try:
        with open(f'{paths.DATA}/postmaster.pid') as file:
            found = int(file.readline())
        os.kill(found, 0)
        with open(f'/proc/{found}/comm') as file:
            return found if file.read().strip() == 'postgres' else None
    except (OSError, ValueError):
        return None


def command():
    return [
        'postgres', '-D', paths.DATA,
        '-c', f'config_file={paths.POSTGRESQL_CONF}',
        '-c', f'hba_file={paths.PG_HBA}',
    ]  # fmt: skip


def environment():
    """Lets the server start over the lock files of one that was killed.

    After a restart of the container their process id may be that of anything, and the server would take it for a
    running one. Call only when no server runs.
    """
    for name in os.listdir(paths.SOCKETS):
        if name.startswith('.s.PGSQL.'):
            os.unlink(f'{paths.SOCKETS}/{name}')
    try:
        with open(f'{paths.DATA}/postmaster.pid') as file:
            return os.environ | {'PG_GRANDPARENT_PID': file.readline().strip()}
    except OSError:
        return os.environ
