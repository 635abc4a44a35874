"""The PostgreSQL server process, whatever started it."""
import os
import signal

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


def takes_connections():
    """According to its pid file; also a standby that accepts reads."""
    if pid() is None:
        return False
    try:
        with open(f'{paths.DATA}/postmaster.pid') as file:
            return file.read().splitlines()[7].strip() in ('ready', 'standby')
    except (OSError, IndexError):
        return False


def kill(server):
    """Kills what does not end by itself with all its processes: none of them may continue to write."""
    for child, _ in children(server):
        send(child, signal.SIGKILL)
    send(server, signal.SIGKILL)


def children(parent):
    """Process ids and titles."""
    found = []
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open(f'/proc/{name}/stat') as file:
                # After the command's name, which may contain anything: state, parent.
                is_child = int(file.read().rpartition(')')[2].split()[1]) == parent
            if is_child:
                with open(f'/proc/{name}/cmdline') as file:
                    found.append((int(name), file.read().replace('\0', ' ').strip()))
        except (OSError, ValueError, IndexError):
            pass
    return found


def send(process, signal_number):
    try:
        os.kill(process, signal_number)
    except ProcessLookupError:
        pass


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
