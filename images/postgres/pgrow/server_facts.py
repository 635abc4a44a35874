"""Queries the running server about itself, through one connection that stays open."""
import select
import threading
import time

import psycopg2
import psycopg2.extensions

from pgrow import paths

#: Below HAProxy's time-out of a check (500 ms): a server that hangs is answered for, not waited for.
LIMIT_SECONDS = 0.4

DETAILS = """
select row_to_json(facts) from (
  select recovering, version() as version, current_setting('server_version_num')::int as server_version,
    to_char(pg_postmaster_start_time(), 'YYYY-MM-DD HH24:MI:SS.USTZH:TZM') as postmaster_start_time,
    extract(epoch from pg_postmaster_start_time()) as started_at,
    (select system_identifier::text from pg_control_system()) as system_identifier,
    case when recovering then null else pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint end as location,
    case when recovering then coalesce((select received_tli from pg_stat_wal_receiver),
                                       (select timeline_id from pg_control_checkpoint()))
         else ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::int end as timeline,
    case when recovering
         then pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), '0/0'), '0/0')::bigint end as received_location,
    case when recovering
         then pg_wal_lsn_diff(coalesce(pg_last_wal_replay_lsn(), '0/0'), '0/0')::bigint end as replayed_location,
    case when recovering then to_char(pg_last_xact_replay_timestamp(), 'YYYY-MM-DD HH24:MI:SS.USTZH:TZM')
         end as replayed_timestamp,
    case when recovering then extract(epoch from pg_last_xact_replay_timestamp()) end as replayed_at,
    case when recovering then pg_is_wal_replay_paused() else false end as paused,
    (select row_to_json(r) from (
      select status, sender_host, sender_port, pg_wal_lsn_diff(latest_end_lsn, '0/0')::bigint as sender_location
      from pg_stat_wal_receiver) r) as receiver,
    (select json_agg(row_to_json(s)) from (
      select usename, application_name, host(client_addr) as client_addr, state, sync_state, sync_priority,
        pg_wal_lsn_diff(replay_lsn, '0/0')::bigint as replayed_location
      from pg_stat_replication walsender
      where not exists (select from pg_replication_slots slot
                        where slot.active_pid = walsender.pid and slot.slot_type = 'logical')
        and state <> 'backup' and application_name not in ('pg_basebackup', 'pg_receivewal')
      order by application_name) s) as replication
  from (select pg_is_in_recovery() as recovering) role) facts
"""


class Unreachable(Exception):
    """The server does not run, does not accept connections yet, or hangs."""


class ServerFacts:
    def __init__(self):
        self._connection = None
        self._lock = threading.Lock()
        psycopg2.extensions.set_wait_callback(_wait_with_limit)

    def recovering(self):
        """Whether it follows another server. Raises Unreachable."""
        return self._ask('select pg_is_in_recovery()')

    def details(self):
        """Everything that the health endpoint reports. Raises Unreachable."""
        return self._ask(DETAILS)

    def _ask(self, query):
        if not self._lock.acquire(timeout=LIMIT_SECONDS):
            raise Unreachable
        try:
            # A kept connection may have died with the previous server; then retry with a new one.
            kept = self._connection is not None
            try:
                return self._run(query)
            except psycopg2.Error:
                self._forget()
                if not kept:
                    raise
                return self._run(query)
        except psycopg2.Error as problem:
            self._forget()
            raise Unreachable from problem
        finally:
            self._lock.release()

    def _run(self, query):
        if self._connection is None:
            self._connection = psycopg2.connect(
                host=paths.SOCKETS, dbname='postgres', user='postgres', application_name='pgrow health',
                # A superuser finds nothing that another role has defined.
                options='-c search_path=pg_catalog',
            )
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]

    def _forget(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _wait_with_limit(connection):
    """What psycopg2 does while it waits for the server."""
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        state = connection.poll()
        if state == psycopg2.extensions.POLL_OK:
            return
        reads = [connection.fileno()] if state == psycopg2.extensions.POLL_READ else []
        writes = [connection.fileno()] if state == psycopg2.extensions.POLL_WRITE else []
        if not any(select.select(reads, writes, [], max(0, end - time.monotonic()))):
            raise psycopg2.OperationalError('the server does not answer')
