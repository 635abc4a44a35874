"""The configuration of this node."""
import json
from dataclasses import dataclass, field

from pgrow import paths

MODES = ('primary', 'replica', 'patroni')


@dataclass(frozen=True)
class Node:
    name: str
    cluster: str
    mode: str
    #: Whom a replica clones and follows, first choice first.
    follow: tuple = ()
    slot: str | None = None
    #: Of a data directory that is yet to be made.
    locale: str = 'C.UTF-8'
    #: Whose hosts these are, where they are followed by address.
    names: dict = field(default_factory=dict)
    #: Whether its ports speak TLS.
    tls: bool = False


def read():
    """Raises ValueError or OSError, each naming the file."""
    with open(paths.NODE) as file:
        content = json.load(file)
    node = Node(
        content['name'],
        content['cluster'],
        content['mode'],
        tuple(content.get('follow') or ()),
        content.get('slot'),
        content.get('locale', 'C.UTF-8'),
        content.get('names') or {},
        content.get('tls', False),
    )
    if node.mode not in MODES:
        raise ValueError(f'{paths.NODE}: mode is {node.mode!r}; must be one of {", ".join(MODES)}')
    return node
