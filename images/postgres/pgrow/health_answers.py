"""What each path of the health endpoint answers: status, content type, body. Paths and words are Patroni's."""
import re
from urllib.parse import parse_qs, urlsplit

from pgrow import metrics
from pgrow.server_facts import Unreachable

JSON = 'application/json'
TEXT = 'text/plain; version=0.0.4; charset=utf-8'
UNITS = {'': 1, 'b': 1, 'kb': 1 << 10, 'mb': 1 << 20, 'gb': 1 << 30, 'tb': 1 << 40}


def answer(target, state, node, facts):
    url = urlsplit(target)
    path = url.path.rstrip('/') or '/primary'
    if path == '/liveness':
        return 200, JSON, {'state': state}
    details = None
    if state == 'running':
        try:
            # Checks of routers come often and need one fact only.
            if path in ROLES and not url.query:
                return _role(path, facts.recovering())
            details = facts.details()
        except Unreachable:
            state = 'starting'
    if path == '/metrics':
        return 200, TEXT, metrics.render(node, details)
    if details is None:
        return 503, JSON, {'state': state}
    if path == '/replica':
        return _replica(details, parse_qs(url.query).get('lag', [None])[0])
    if path in ROLES:
        return _role(path, details['recovering'])
    if path in ('/patroni', '/health', '/readiness'):
        return 200, JSON, _status(details, node)
    if path == '/cluster':
        return 200, JSON, {'members': _members(details, node), 'scope': node.cluster}
    return 404, JSON, {'error': f'no such path: {path}'}


#: Whether a server takes part under this path, by whether it is in recovery.
ROLES = {
    '/primary': (True, False),
    '/leader': (True, False),
    '/master': (True, False),
    '/read-write': (True, False),
    '/replica': (False, True),
    '/read-only': (True, True),
}


def _role(path, recovering):
    return 200 if ROLES[path][recovering] else 503, JSON, {'state': 'running', 'role': _role_name(recovering)}


def _role_name(recovering):
    return 'replica' if recovering else 'primary'


def _replica(details, limit):
    """With a limit, a replica that does not know its lag is excluded as well."""
    lag = _lag(details)
    allowed = _bytes(limit)
    if allowed is None and limit is not None:
        return 400, JSON, {'error': f'lag is {limit!r}; must be bytes or a size such as 16MB'}
    good = details['recovering'] and (allowed is None or (lag is not None and lag <= allowed))
    return 200 if good else 503, JSON, {'state': 'running', 'role': _role_name(details['recovering']), 'lag': lag}


def _lag(details):
    """Bytes known to be at the sender and not yet replayed here; None while nothing is received."""
    receiver = details['receiver']
    if not details['recovering'] or not receiver or receiver['status'] != 'streaming':
        return None
    if receiver['sender_location'] is None:
        return None
    return max(0, receiver['sender_location'] - details['replayed_location'])


def _bytes(size):
    match = re.fullmatch(r'(\d+)\s*([kmgt]?b?)', (size or '').lower())
    if not match:
        return None
    unit = match[2] if match[2] in UNITS else f'{match[2]}b'
    return int(match[1]) * UNITS[unit]


def _status(details, node):
    recovering = details['recovering']
    wal = (
        {key: details[key] for key in ('received_location', 'replayed_location', 'replayed_timestamp', 'paused')}
        if recovering
        else {'location': details['location']}
    )
    status = {
        'state': 'running',
        'postmaster_start_time': details['postmaster_start_time'],
        'role': _role_name(recovering),
        'server_version': details['server_version'],
        'xlog': wal,
        'timeline': details['timeline'],
        'database_system_identifier': details['system_identifier'],
        'patroni': {'version': 'none', 'scope': node.cluster, 'name': node.name},
    }
    if recovering and details['receiver']:
        status['replication_state'] = details['receiver']['status']
    if details['replication']:
        status['replication'] = details['replication']
    return status


def _members(details, node):
    """A primary knows itself and its standbys, a replica itself and its primary."""
    this = {'name': node.name, 'host': node.name, 'port': 5432, 'timeline': details['timeline']}
    if not details['recovering']:
        return [this | {'role': 'leader', 'state': 'running', 'lag': 0}] + [
            {
                'name': standby['application_name'],
                'role': 'replica',
                'state': 'streaming' if standby['state'] == 'streaming' else 'running',
                'host': standby['client_addr'],
                'port': 5432,
                'timeline': details['timeline'],
                'lag': _behind(details['location'], standby['replayed_location']),
            }
            for standby in details['replication'] or []
        ]
    receiver = details['receiver'] or {}
    members = [this | {
        'role': 'replica',
        'state': 'streaming' if receiver.get('status') == 'streaming' else 'running',
        'lag': 'unknown' if _lag(details) is None else _lag(details),
    }]  # fmt: skip
    if receiver.get('sender_host'):
        host = receiver['sender_host']
        leader = {'name': node.names.get(host, host), 'host': host, 'port': receiver['sender_port']}
        members.insert(0, leader | {'role': 'leader', 'state': 'running', 'timeline': details['timeline'], 'lag': 0})
    return members


def _behind(location, replayed):
    return 'unknown' if replayed is None else max(0, location - replayed)
