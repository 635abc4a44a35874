import { frontPorts, ports } from '../../domain/naming.ts';
import type { FrontConfig, RouterConfig, Upstream } from '../../domain/node-config.ts';
import { byName, type PeerHost } from '../../domain/peer-hosts.ts';
import { healthPaths, type RouterBackend } from '../../domain/router-view.ts';
import { tlsFiles } from '../../domain/tls.ts';
import type { HostPorts } from '../../domain/topology.ts';

/** HAProxy's configuration (HAProxy 3.0 configuration manual). Routers and the front share everything but their routes. */

interface Surroundings {
  /** The only address that may use the runtime API: the worker's. */
  readonly gateway: string;
  /** Its own in the control network, where it is in the clients' network as well: the runtime API listens nowhere else. */
  readonly controlAddress?: string;
  /** Where servers are found; by their names unless it is said. */
  readonly peerHost?: PeerHost;
  /** Whether its runtime API and the checks of its servers speak TLS. Default false. */
  readonly tls?: boolean;
}

export const haproxyCfg = (config: RouterConfig, surroundings: Surroundings): string =>
  [
    ...common(surroundings, surroundings.tls ? [] : patientChecks),
    '',
    'frontend read_write',
    `    bind :${ports.readWrite}`,
    ...closesClientsOfDeadServers,
    '    default_backend primary',
    '',
    'frontend read_only',
    `    bind :${ports.readOnly}`,
    ...closesClientsOfDeadServers,
    '    # The primary answers reads only where no replica can.',
    '    use_backend primary if { nbsrv(replicas) eq 0 }',
    '    default_backend replicas',
    '',
    'frontend any_node',
    `    bind :${ports.anyNode}`,
    ...closesClientsOfDeadServers,
    '    default_backend any',
    '',
    ...statistics,
    '',
    ...backend('primary', config, surroundings),
    '',
    ...backend('replicas', config, surroundings),
    '',
    ...backend('any', config, surroundings),
    '',
  ].join('\n');

/** TCP only, no checks where there is one target: a front must not take a slow server for a dead one. */
export const frontCfg = (config: FrontConfig, surroundings: Surroundings): string => {
  const names = Object.keys(frontPorts) as (keyof HostPorts)[];
  return [
    ...common(surroundings, patientChecks),
    '',
    ...names.flatMap((name) => [
      `frontend ${name}`,
      `    bind :${frontPorts[name]}`,
      config.routes[name] ? `    default_backend to_${name}` : '    tcp-request connection reject',
      '',
    ]),
    ...names.flatMap((name) => frontBackend(name, config.routes[name], surroundings)),
  ].join('\n');
};

/** Who it is, and whom it trusts. */
const identified = `crt ${tlsFiles.identity} ca-file ${tlsFiles.authorities}`;

/**
 * With a limit of its own for the answer, a check has to connect as fast as a client. That includes the handshake of TLS, with
 * which a busy machine may be late: without this limit all of it has the time from one check to the next.
 */
const patientChecks: readonly string[] = [
  '    # A server that is late with its answer because the machine is busy is up: its sessions would be cut.',
  '    timeout check 2s',
];

const common = ({ gateway, controlAddress = '', tls }: Surroundings, checks: readonly string[]): readonly string[] => [
  'global',
  '    # Two descriptors a connection: 20,000, a common limit of containers, would be too few for 10,000, and HAProxy refuses to start.',
  '    maxconn 4000',
  '    # By default one thread for every core of the host, whatever the container may use.',
  '    nbthread 2',
  '    # After a reload the process before keeps its sessions; those that never end go after a day.',
  '    hard-stop-after 24h',
  '    stats socket /run/haproxy/runtime.sock mode 600 level admin expose-fd listeners',
  '    stats timeout 1h',
  '    server-state-file /var/lib/haproxy/state',
  '    log stdout format raw local0 notice',
  '',
  'defaults',
  '    mode tcp',
  '    log global',
  '    option dontlognull',
  '    load-server-state-from-file global',
  '    timeout connect 200ms',
  '    timeout client 24d',
  '    timeout server 24d',
  ...checks,
  '    option clitcpka',
  '    option srvtcpka',
  '    # Also in a process that a reload has replaced: it no longer checks, so only this ends sessions to a dead host.',
  '    srvtcpka-idle 5s',
  '    srvtcpka-intvl 2s',
  '    srvtcpka-cnt 3',
  '    # A connection begun while an address is dead continues with the next server instead of hanging.',
  '    retries 20',
  '    option redispatch 1',
  '',
  'resolvers docker',
  '    nameserver engine 127.0.0.11:53',
  '    resolve_retries 3',
  '    timeout resolve 500ms',
  '    timeout retry 500ms',
  '    hold valid 500ms',
  '    # A name without an answer keeps its address: the checks say whether the server is there. HAProxy would take it',
  '    # out for maintenance instead, and let it come back as it was, up, before any check.',
  '    hold nx 24d',
  '    hold other 24d',
  '    hold refused 24d',
  '    hold timeout 24d',
  '    accepted_payload_size 8192',
  '',
  'frontend runtime',
  `    bind ${controlAddress}:${ports.runtime}${tls ? ` ssl ${identified} verify required` : ''}`,
  `    tcp-request connection reject unless { src ${gateway} }`,
  '    default_backend runtime_socket',
  '',
  'backend runtime_socket',
  '    server socket unix@/run/haproxy/runtime.sock',
];

/**
 * A session that `on-marked-down` ends before its server has answered is never closed on the client's side (HAProxy 3.0.11,
 * `stream_shutdown_self`): the client would wait forever. It is while a filter sees what the client sends.
 */
const closesClientsOfDeadServers: readonly string[] = [
  '    # No limit: sessions that are ended while connecting are closed on both sides only where there is a filter.',
  '    filter bwlim-in unlimited default-limit 2g default-period 1s',
  '    tcp-request content set-bandwidth-limit unlimited',
];

const statistics: readonly string[] = [
  'frontend stats',
  `    bind :${ports.stats}`,
  '    mode http',
  '    timeout client 30s',
  '    http-request use-service prometheus-exporter if { path /metrics }',
  '    monitor-uri /health',
  '    stats enable',
  '    stats uri /stats',
  '    stats refresh 5s',
];

const algorithms = { round_robin: 'roundrobin', least_connections: 'leastconn' } as const;

/**
 * Address of a server whose name is not known yet: here, where nothing answers its check. With `none` HAProxy would take
 * the server for up as soon as its name is known, before any check.
 */
const nowhere = '127.0.0.1';

/**
 * Where connections go while there is no primary, as in a hand-over or after a crash: a connect to it fails and is tried
 * again, every 200 ms, until there is one. It answers nothing, on a port without a listener.
 */
export const holdServer = 'hold';

/** Between two checks of a server. A dead server of `any` costs a client 200 ms at most: it is sent on to another. */
const intervals: Readonly<Record<RouterBackend, string>> = { primary: '1s', replicas: '1s', any: '2s' };

/** Of the check alone: what clients say is passed through as it comes. */
const proves = (server: string): string => ` check-sni ${server} verifyhost ${server}`;

/** What asks the resolver: nothing that has its address. */
const lookUp = (servers: readonly string[], peerHost: PeerHost, initially: string): string =>
  servers.some((server) => peerHost(server) === server) ? ` resolvers docker init-addr last,libc,${initially}` : '';

const backend = (
  name: RouterBackend,
  { servers, load_balancing }: RouterConfig,
  { peerHost = byName, tls }: Surroundings,
): readonly string[] => [
  `backend ${name}`,
  `    balance ${algorithms[load_balancing]}`,
  '    option httpchk',
  `    http-check send meth OPTIONS uri ${healthPaths[name]}`,
  '    http-check expect status 200',
  `    default-server check port ${ports.health} inter ${intervals[name]} fastinter 200ms downinter 200ms rise 1 fall ${tls ? 3 : 2} on-marked-down shutdown-sessions${lookUp(servers, peerHost, nowhere)}${tls ? ` check-ssl verify required ca-file ${tlsFiles.authorities}` : ''}`,
  ...servers.map((server) => `    server ${server} ${peerHost(server)}:${ports.postgres}${tls ? proves(server) : ''}`),
  ...(name === 'primary'
    ? [
        '    # Every 200 ms: for as long as a hand-over may hold writes.',
        '    retries 50',
        `    server ${holdServer} 127.0.0.1:1 no-check backup`,
      ]
    : []),
];

const frontBackend = (
  name: string,
  upstream: Upstream | null | undefined,
  { peerHost = byName }: Surroundings,
): readonly string[] => {
  if (!upstream) return [];
  const { nodes, port } = upstream;
  const checks = nodes.length > 1 ? ' check inter 1s fastinter 200ms downinter 200ms rise 1 fall 2' : '';
  const options = `${checks}${lookUp(nodes, peerHost, 'none')}`;
  return [
    `backend to_${name}`,
    '    balance roundrobin',
    ...(options === '' ? [] : [`    default-server${options}`]),
    ...nodes.map((node) => `    server ${node} ${peerHost(node)}:${port}`),
    '',
  ];
};
