"""Paths in this container."""
import os

VOLUME = '/var/lib/postgresql'
DATA = os.environ.get('PGDATA', f'{VOLUME}/pgdata')
#: What is being created; renamed to DATA when it is complete, so that DATA is never half a database.
UNFINISHED_DATA = f'{DATA}.tmp'
FENCE = f'{VOLUME}/fenced'

#: Orders to this node's supervisor: of this container, and through its restarts.
STOPPED = '/var/lib/pgrow/stopped'
RESTART = '/var/lib/pgrow/restart'
SUPERVISOR = '/run/pgrow/supervisor.json'

SETTINGS = '/etc/pgrow'
NODE = f'{SETTINGS}/node.json'
POSTGRESQL_CONF = f'{SETTINGS}/postgresql.conf'
PG_HBA = f'{SETTINGS}/pg_hba.conf'
PGPASS = f'{SETTINGS}/pgpass'
SUPERUSER_PASSWORD = f'{SETTINGS}/superuser-password'
RESTORE_SQL = f'{SETTINGS}/restore.sql'
PATRONI_YML = f'{SETTINGS}/patroni.yml'
#: Key and certificate of this node, and the authorities that it trusts; only where it speaks TLS.
IDENTITY = f'{SETTINGS}/node.pem'
AUTHORITIES = f'{SETTINGS}/ca.pem'

SOCKETS = '/run/postgresql'


def sync(path):
    """Makes a file, or the entries of a directory, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
