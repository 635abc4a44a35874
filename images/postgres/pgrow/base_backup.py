"""Copies a running server, verified, in steps that a crash cannot leave half done."""
import os
import shutil
import subprocess

from pgrow import paths

USER = 'replicator'

#: How long the server waits for a copy whose receiver stalls, by its disk for one: a new copy begins with its first
#: byte. For the connections of a copy alone; what streams keeps the server's own, shorter limit.
PATIENCE = {'PGOPTIONS': '-c wal_sender_timeout=5min'}


class Failed(Exception):
    """The message of the failing program, in one line."""


def take(host, slot=None, encrypted=False):
    """Base backup of `host` into the unfinished directory, checked against its manifest.

    Without a slot of its own it holds its WAL by a temporary one. `encrypted`: the server speaks TLS, and proves that it is `host`.
    """
    discard()
    proof = {'PGSSLMODE': 'verify-full', 'PGSSLROOTCERT': paths.AUTHORITIES} if encrypted else {}
    _run([
        'pg_basebackup', '--pgdata', paths.UNFINISHED_DATA, '--host', host, '--username', USER, '--no-password',
        '--wal-method=stream', '--checkpoint=fast', '--manifest-checksums=CRC32C',
        *(['--slot', slot] if slot else []),
    ], proof)  # fmt: skip
    verify(paths.UNFINISHED_DATA)


def verify(data):
    """Verifies a backup against its manifest, which does not cover anything outside its directory."""
    outside = tablespaces_outside(data)
    if outside:
        raise Failed(f'tablespaces lie outside the data directory and are not in the copy: {", ".join(outside)}')
    _run(['pg_verifybackup', '--quiet', '--exit-on-error', data])


def tablespaces_outside(data):
    """Their targets; tablespaces created in place are directories."""
    with os.scandir(f'{data}/pg_tblspc') as entries:
        return sorted(os.readlink(entry.path) for entry in entries if entry.is_symlink())


def size(data):
    """Bytes of all its files."""
    return sum(os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(data) for name in names)


def publish():
    """Turns the finished directory into the database."""
    os.rename(paths.UNFINISHED_DATA, paths.DATA)
    paths.sync(paths.VOLUME)


def discard():
    """Removes what a failed or killed attempt left behind."""
    shutil.rmtree(paths.UNFINISHED_DATA, ignore_errors=True)


def _run(command, settings=None):
    environment = os.environ | PATIENCE | {'PGPASSFILE': paths.PGPASS, 'PGCONNECT_TIMEOUT': '5'} | (settings or {})
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        errors = [line for line in result.stdout.splitlines() if 'error:' in line]
        raise Failed(errors[0] if errors else f'{command[0]} ended with code {result.returncode}')
