"""Patroni with six changes of ours: requests to etcd go out at once, a starting server is looked at more often, a dead
member is not waited for, a fenced or stopped server is not started, a copy that stalls is waited for, and a new certificate is
taken without closing the port."""
import logging
import socket
import ssl
import sys
import threading
import time

from pgrow import base_backup, fence, orders, paths, tls

logger = logging.getLogger('pgrow')

POLL_SECONDS = 0.1
ANSWER_SECONDS = 0.7


def start():
    _send_at_once()
    _look_often()
    _give_up_early()
    _respect_fence()
    _copy_patiently()
    _renew_in_place()
    from patroni.__main__ import main

    sys.argv = ['patroni', paths.PATRONI_YML]
    main()


def _send_at_once():
    """Sets TCP_NODELAY on Patroni's connections to etcd.

    Patroni 4.0 replaces urllib3's socket options by keepalive alone, so that each request waits 40 ms for a delayed
    ACK, ten times over in a switchover. Has to happen before anything imports patroni.dcs.etcd3.
    """
    import patroni.utils

    assert 'patroni.dcs.etcd3' not in sys.modules
    keepalive = patroni.utils.enable_keepalive

    def keepalive_without_delay(sock, *args, **kwargs):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return keepalive(sock, *args, **kwargs)

    patroni.utils.enable_keepalive = keepalive_without_delay


def _look_often():
    """Patroni looks once a second whether a server that starts opens its port, and once more whether it takes
    connections: two seconds of a start that takes half of one.
    """
    from patroni import postgresql

    polling_loop = postgresql.polling_loop

    def polling_loop_often(timeout, interval=1):
        return polling_loop(timeout, min(interval, POLL_SECONDS))

    def wait_for_startup(self, timeout=0):
        while not self.check_startup_state_changed():
            if self.cancellable.is_cancelled or timeout and self.time_in_state() > timeout:
                return None
            time.sleep(POLL_SECONDS)
        return self.state == 'running'

    postgresql.polling_loop = polling_loop_often
    postgresql.Postgresql.wait_for_startup = wait_for_startup


def _give_up_early():
    """Before it takes the lock a member asks all others how far they are, and waits two seconds for one that is gone: its
    name may be looked up outside, its address never answers. One that answers does so in milliseconds.
    """
    from patroni.ha import Ha, _MemberStatus

    ask = Ha.fetch_node_status

    def ask_briefly(self, member):
        answers = []
        asking = threading.Thread(target=lambda: answers.append(ask(self, member)), daemon=True)
        asking.start()
        asking.join(ANSWER_SECONDS)
        return answers[0] if answers else _MemberStatus.unknown(member)

    Ha.fetch_node_status = ask_briefly


def _respect_fence():
    """Without this, Patroni would restart a server that a hand-over or an order has just stopped."""
    from patroni.postgresql.postmaster import PostmasterProcess

    start_server = PostmasterProcess.start

    def start_unless_fenced(*args, **kwargs):
        if fence.is_set():
            logger.warning('not starting PostgreSQL: %s is there', paths.FENCE)
            return None
        if orders.is_stopped():
            logger.warning('not starting PostgreSQL: this node is ordered to stay down')
            return None
        return start_server(*args, **kwargs)

    PostmasterProcess.start = staticmethod(start_unless_fenced)


def _copy_patiently():
    """In the environment of the copy alone: a server started with it would ask the same for its stream."""
    from patroni.postgresql.bootstrap import Bootstrap

    basebackup = Bootstrap.basebackup

    def basebackup_patiently(self, conn_url, env, options):
        return basebackup(self, conn_url, env | base_backup.PATIENCE, options)

    Bootstrap.basebackup = basebackup_patiently


def _renew_in_place():
    """Patroni closes its port before it loads a changed certificate. With one that does not fit its key nothing answers from
    then on, routers take the server down, and the next reload hangs. Only the serial number tells it of a change.
    """
    from patroni.api import RestApiServer

    reload_config = RestApiServer.reload_config

    def take_certificate(self):
        """At every SIGHUP. Never true: nothing is left to do for Patroni."""
        if not isinstance(self.socket, ssl.SSLSocket):
            return
        try:
            # The same listener, so no client is refused meanwhile; connections of before go on.
            context = tls.server_context(ssl.CERT_OPTIONAL)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        except OSError as problem:
            logger.error('the REST API keeps the certificate of before: %s', problem)

    def reload_config_if_usable(self, config):
        if hasattr(self, 'socket') and config.get('certfile'):
            try:
                tls.server_context()
            except OSError as problem:
                logger.error('the REST API stays as it is: %s', problem)
                return
            take_certificate(self)
        reload_config(self, config)

    RestApiServer.reload_local_certificate = take_certificate
    RestApiServer.reload_config = reload_config_if_usable
