"""TLS of this node: one file with its key and its certificate, one with the authorities that it trusts."""
import ssl

from pgrow import paths


def server_context(verify=ssl.CERT_NONE):
    """Of the files as they are now. Raises OSError, which names them, unless all of them can be used."""
    return _loaded(ssl.Purpose.CLIENT_AUTH, verify)


def client_context():
    """Proves to a server of this database who asks, and trusts no other. Raises OSError as the other does."""
    return _loaded(ssl.Purpose.SERVER_AUTH, ssl.CERT_REQUIRED)


def _loaded(purpose, verify):
    try:
        context = ssl.create_default_context(purpose, cafile=paths.AUTHORITIES)
        context.verify_mode = verify
        context.load_cert_chain(paths.IDENTITY)
        return context
    except OSError as problem:
        raise OSError(f'{paths.IDENTITY} with {paths.AUTHORITIES} cannot be used: {problem}') from problem
