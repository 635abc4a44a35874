"""A server that is started for a moment to see whether it starts. Its data is its own, in this container."""
import re
import shutil
import signal
import subprocess
import time

from pgrow import paths, postmaster

#: For the server to take connections, and to end: nothing is recovered.
START_SECONDS = 60
STOP_SECONDS = 10
POLL_SECONDS = 0.05

#: Lines of what a server says that are of use.
MOST_LINES = 8

OUTPUT = '/tmp/pgrow-try'

#: What it logs whether it starts or not.
ROUTINE = ('starting PostgreSQL', 'listening on', 'database system ', 'shutting down', 'checkpoint ')

#: Nothing reaches it, and what it says comes here, in English.
ALONE = (
    'listen_addresses=', 'unix_socket_directories=' + paths.SOCKETS, 'log_destination=stderr', 'logging_collector=off',
    'log_min_messages=warning', 'log_min_error_statement=panic', 'log_line_prefix=', 'lc_messages=C.UTF-8',
)  # fmt: skip


class Refused(Exception):
    """The server's own words, a line for each."""


def run():
    """Raises Refused."""
    # What an attempt before this one has left in the same container.
    shutil.rmtree(paths.DATA, ignore_errors=True)
    _initialise()
    with open(OUTPUT, 'w') as output:
        server = subprocess.Popen(
            [*postmaster.command(), *(word for setting in ALONE for word in ('-c', setting))],
            env=postmaster.environment(), stdout=output, stderr=output,
        )  # fmt: skip
        try:
            _until_it_takes_connections(server)
        finally:
            _end(server)


def _initialise():
    result = subprocess.run([
        'initdb', '--pgdata', paths.DATA, '--username=postgres', '--no-sync', '--no-instructions', '--data-checksums',
        '--encoding=UTF8', '--locale=C.UTF-8', '--auth=peer',
    ], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    if result.returncode != 0:
        raise Refused('initdb: ' + _reasons(result.stdout, 'it ended with code %d' % result.returncode))


def _until_it_takes_connections(server):
    begin = time.monotonic()
    while not postmaster.takes_connections():
        if server.poll() is not None:
            raise Refused(_reasons(_said(), f'it ended with code {server.returncode}'))
        if time.monotonic() - begin > START_SECONDS:
            raise Refused(_reasons(_said(), f'it takes no connections after {START_SECONDS} s'))
        time.sleep(POLL_SECONDS)


def _end(server):
    if server.poll() is not None:
        return
    # Nothing of it is needed any more.
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        postmaster.kill(server.pid)
        server.wait()


def _said():
    with open(OUTPUT, errors='replace') as output:
        return output.read()


def _reasons(said, otherwise):
    """A file with a wrong value is refused by a fatal line, which follows those that say what is wrong with it."""
    found = re.findall(r'^(?:LOG|ERROR|FATAL|PANIC|DETAIL|HINT): +(.+)$|^(?:initdb|postgres): error: (.+)$', said, re.M)
    lines = [one or other for one, other in found]
    fatal = re.findall(r'^(?:ERROR|FATAL|PANIC): +(.+)$', said, re.M)
    useful = [line for line in lines if not line.startswith(ROUTINE)]
    return '\n'.join((useful or fatal or [otherwise])[-MOST_LINES:])

