"""Turns a copy of a snapshot into a database with its own passwords and names, complete before it is put in place."""
import os
import re
import subprocess

from pgrow import base_backup, paths


def restore(snapshot):
    """Raises base_backup.Failed."""
    base_backup.discard()
    _copy(snapshot)
    base_backup.verify(paths.UNFINISHED_DATA)
    _forget_standby()
    _make_its_own()
    base_backup.publish()


def _copy(snapshot):
    source = f'{snapshot}/{os.path.basename(paths.DATA)}'
    result = subprocess.run(
        ['cp', '--archive', '--reflink=auto', source, paths.UNFINISHED_DATA],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if result.returncode != 0:
        raise base_backup.Failed(result.stderr.strip().splitlines()[-1])


def _forget_standby():
    for name in ('standby.signal', 'recovery.signal'):
        try:
            os.unlink(f'{paths.UNFINISHED_DATA}/{name}')
        except FileNotFoundError:
            pass


def _make_its_own():
    """Replays the backup's own WAL, then the statements, without a server that clients could connect to.

    Stops at the first statement that fails, and writes none of them into the log: one carries a verifier.
    """
    options = ['search_path=pg_catalog', 'exit_on_error=on', 'log_statement=none', 'log_min_error_statement=panic']
    with open(paths.RESTORE_SQL) as statements:
        result = subprocess.run([
            'postgres', '--single', '-D', paths.UNFINISHED_DATA, '-c', f'config_file={paths.POSTGRESQL_CONF}',
            *(word for option in options for word in ('-c', option)), 'postgres',
        ], stdin=statements, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    if result.returncode != 0:
        errors = re.findall(r'(?:ERROR|FATAL|PANIC): +(.*)', result.stderr)
        raise base_backup.Failed(errors[0] if errors else f'postgres ended with code {result.returncode}')
