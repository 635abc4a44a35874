"""Reads pg_control: the same facts and words as pg_controldata, without starting a program inside a hand-over."""
import struct

from pgrow import paths

#: DBState in src/include/catalog/pg_control.h, in pg_controldata's words.
STATES = (
    'starting up',
    'shut down',
    'shut down in recovery',
    'shutting down',
    'in crash recovery',
    'in archive recovery',
    'in production',
)

#: PG_CONTROL_VERSION of PostgreSQL 13 to 16, 17, and 18: the beginning of ControlFileData is the same in all.
VERSIONS = (1300, 1700, 1800)


def read():
    """Raises OSError without a database, ValueError for an unknown layout."""
    with open(f'{paths.DATA}/global/pg_control', 'rb') as file:
        content = file.read(64)
    identifier, version, _catalog, state, _time, checkpoint, _redo, timeline = struct.unpack_from('<QIIIxxxxqQQI', content)
    if version not in VERSIONS or state >= len(STATES):
        raise ValueError(f'pg_control has version {version} and state {state}; known are versions {VERSIONS}')
    return {
        'state': STATES[state],
        'checkpoint': f'{checkpoint >> 32:X}/{checkpoint & 0xFFFFFFFF:X}',
        'timeline': timeline,
        'system_identifier': str(identifier),
    }
