"""The node in Prometheus' text format, under the names that Patroni uses."""


def render(node, details):
    """`details` is None while the server cannot be queried."""
    if node is None:
        return ''
    labels = f'{{scope="{node.cluster}",name="{node.name}"}}'
    lines = []
    for name, kind, help_text, value in _metrics(details):
        lines += [f'# HELP {name} {help_text}', f'# TYPE {name} {kind}', f'{name}{labels} {value}']
    return '\n'.join(lines) + '\n'


def _metrics(details):
    facts = details or {}
    recovering = facts.get('recovering')
    receiver = facts.get('receiver') or {}
    return [
        ('patroni_postgres_running', 'gauge', '1 if PostgreSQL runs.', int(details is not None)),
        ('patroni_postmaster_start_time', 'gauge', 'Epoch seconds since PostgreSQL started.', facts.get('started_at') or 0),
        ('patroni_primary', 'gauge', '1 if this node takes writes.', int(recovering is False)),
        ('patroni_replica', 'gauge', '1 if this node is a replica.', int(recovering is True)),
        ('patroni_xlog_location', 'counter', 'Position in the WAL, 0 on a replica.', facts.get('location') or 0),
        ('patroni_xlog_received_location', 'counter', 'Received WAL, 0 on a primary.', facts.get('received_location') or 0),
        ('patroni_xlog_replayed_location', 'counter', 'Replayed WAL, 0 on a primary.', facts.get('replayed_location') or 0),
        ('patroni_xlog_replayed_timestamp', 'gauge', 'Epoch seconds of the last replayed commit.', facts.get('replayed_at') or 0),
        ('patroni_xlog_paused', 'gauge', '1 if replay is paused.', int(facts.get('paused') or False)),
        ('patroni_postgres_streaming', 'gauge', '1 if this node streams.', int(receiver.get('status') == 'streaming')),
        ('patroni_postgres_server_version', 'gauge', 'Version of PostgreSQL.', facts.get('server_version') or 0),
        ('patroni_postgres_timeline', 'counter', 'Timeline.', facts.get('timeline') or 0),
    ]  # fmt: skip
