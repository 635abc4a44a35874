"""Brings the data directory into the state that a primary or a replica starts from. May be killed anywhere."""
import os
import subprocess

from pgrow import base_backup, paths


def has_data():
    return os.path.exists(paths.DATA)


def prepare(node):
    """Raises base_backup.Failed."""
    base_backup.discard()
    if node.mode == 'primary' and not has_data():
        _initialise(node.locale)
    if node.mode == 'replica':
        if has_data():
            _mark_standby(paths.DATA)
        else:
            _clone(node)


def _initialise(locale):
    result = subprocess.run([
        'initdb', '--pgdata', paths.UNFINISHED_DATA, '--username=postgres', f'--pwfile={paths.SUPERUSER_PASSWORD}',
        '--data-checksums', '--encoding=UTF8', f'--locale={locale}', '--auth-local=peer', '--auth-host=scram-sha-256',
    ], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    if result.returncode != 0:
        raise base_backup.Failed(f'initdb: {result.stdout.strip()}')
    base_backup.publish()


def _clone(node):
    base_backup.take(_first_reachable(node.follow), node.slot, node.tls)
    _mark_standby(paths.UNFINISHED_DATA)
    base_backup.publish()


def _first_reachable(hosts):
    for host in hosts:
        if subprocess.run(['pg_isready', '--quiet', f'--host={host}', '--timeout=3']).returncode == 0:
            return host
    raise base_backup.Failed(f'none of {", ".join(hosts) or "no nodes"} accepts connections')


def _mark_standby(data):
    """Also for an old primary: with this file it never starts as a second primary."""
    with open(f'{data}/standby.signal', 'w'):
        pass
    try:
        os.unlink(f'{data}/recovery.signal')
    except FileNotFoundError:
        pass
    paths.sync(data)
