import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutOff } from '../../chaos/nodes.ts';
import { readServed } from '../../src/components/certificates/index.ts';
import { haproxyCfg } from '../../src/components/haproxy/configuration.ts';
import { connectHaproxy } from '../../src/components/haproxy/runtime.ts';
import {
  checkWrites,
  cutWriters,
  holdConnects,
  moveWrites,
  readmitReplica,
  readServers,
} from '../../src/components/haproxy/servers.ts';
import { ports } from '../../src/domain/naming.ts';
import { createIdentities, unidentified } from '../support/identities.ts';
import { retryUntil } from '../support/retry-until.ts';
import { createStack, type Stack } from './support.ts';

/**
 * A server that greets each connection on 5432 with its name and echoes, counts them, and answers checks on 8008 with
 * the status in /tmp/status, by TLS where it has a certificate, after a while: long enough for connections to reach one that is
 * wrongly taken for up, and for a handshake to be late.
 */
const fakeServer = `
import http.server, os, socketserver, ssl, threading, time
accepted = 0
secret = os.path.exists('/etc/pgrow/node.pem')
class Check(http.server.BaseHTTPRequestHandler):
    def setup(self):
        if secret: time.sleep(0.3)
        super().setup()
    def do_GET(self):
        if self.path == '/accepted':
            body = str(accepted).encode()
            self.send_response(200); self.end_headers(); self.wfile.write(body)
            return
        time.sleep(0.3)
        self.send_response(int(open('/tmp/status').read())); self.end_headers()
    do_OPTIONS = do_GET
    def log_message(self, *_): pass
class Server(socketserver.BaseRequestHandler):
    def handle(self):
        global accepted
        accepted += 1
        self.request.sendall(os.uname().nodename.encode() + b'\\n')
        while received := self.request.recv(100): self.request.sendall(received)
class Servers(socketserver.ThreadingTCPServer):
    daemon_threads = True
threading.Thread(target=Servers(('', 5432), Server).serve_forever, daemon=True).start()
checks = http.server.ThreadingHTTPServer(('', 8008), Check)
if secret:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain('/etc/pgrow/node.pem')
    checks.socket = context.wrap_socket(checks.socket, server_side=True, do_handshake_on_connect=False)
checks.serve_forever()
`;

/** Connects over and over for a while, and says how often it was greeted by whom, and how often by no one. */
const hammer = `
import collections, json, socket, sys, time
seen, end = collections.Counter(), time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    try:
        with socket.create_connection((sys.argv[1], 5432), timeout=1) as connection:
            seen[connection.recv(50).decode().strip() or 'nobody'] += 1
    except OSError:
        seen['nobody'] += 1
print(json.dumps(seen))
`;

/** Keeps one connection in use until standard input ends, and says whether it lived. */
const session = `
import select, socket, sys
connection = socket.create_connection((sys.argv[1], 5432))
connection.recv(50)
print('connected', flush=True)
while not select.select([sys.stdin], [], [], 0.02)[0]:
    connection.sendall(b'x')
    if not connection.recv(1): print('cut', flush=True); sys.exit()
print('lived', flush=True)
`;

/** For each line read one more connection is opened and kept; at the end it says which of them live. */
const sessions = `
import json, socket, sys
def lives(connection):
    try:
        connection.sendall(b'x')
        return connection.recv(1) == b'x'
    except OSError: return False
connections = []
for _ in sys.stdin:
    if _.strip() == 'which': print(json.dumps([lives(connection) for connection in connections]), flush=True); continue
    connections.append(socket.create_connection((sys.argv[1], 5432), timeout=5))
    connections[-1].recv(50)
    print('connected', flush=True)
`;

/** Says something to a server that it connects to by way of HAProxy, and what comes of it. */
const talk = `
import socket, sys
with socket.create_connection((sys.argv[1], 5432), timeout=30) as connection:
    connection.sendall(b'x')
    print('said', flush=True)
    try: print('heard' if connection.recv(50) else 'closed', flush=True)
    except ConnectionResetError: print('closed', flush=True)
    except TimeoutError: print('left waiting', flush=True)
`;

const configuration = (servers: readonly string[]) => `
global
    stats socket /run/haproxy/runtime.sock mode 600 level admin
    server-state-file /var/lib/haproxy/state
defaults
    mode tcp
    load-server-state-from-file global
    timeout connect 200ms
    timeout check 500ms
    timeout client 1h
    timeout server 1h
resolvers docker
    nameserver engine 127.0.0.11:53
frontend read_write
    bind :5432
    default_backend primary
${['primary', 'replicas'].map((backend) => backendOf(backend, servers)).join('')}`;

const backendOf = (name: string, servers: readonly string[]) => `
backend ${name}
    option httpchk OPTIONS /primary
    default-server check port 8008 inter 500ms downinter 200ms rise 1 fall 2 resolvers docker init-addr last,libc,127.0.0.1
${servers.map((server) => `    server ${server} ${server}:5432`).join('\n')}
`;

describe('the haproxy image', { timeout: 60_000 }, () => {
  let stack: Stack;

  const fake = async (name: string, status: number, files: Readonly<Record<string, string>> = {}) => {
    const command = ['sh', '-c', `echo ${status} >/tmp/status; exec python3 -c "$0"`, fakeServer];
    await stack.start({ name, image: 'postgres', command, files });
  };
  const setStatus = (name: string, status: number) => stack.run(name, 'sh', '-c', `echo ${status} >/tmp/status`);
  const accepted = (name: string) =>
    stack.run(
      'client',
      'python3',
      '-c',
      `import urllib.request; print(urllib.request.urlopen('http://${name}:8008/accepted').read().decode())`,
    );
  const greetings = async (seconds: number) =>
    JSON.parse(await stack.run('client', 'python3', '-c', hammer, 'haproxy', String(seconds))) as Record<
      string,
      number
    >;
  const runtime = (command: string) =>
    stack.run('haproxy', 'sh', '-c', 'echo "$0" | socat -t5 - UNIX-CONNECT:/run/haproxy/runtime.sock', command);
  const configure = async (text: string) => {
    await stack.put('haproxy', { 'haproxy.cfg': text });
    await stack.run('haproxy', 'pgrow-reload');
  };
  const untilRouted = () =>
    retryUntil('a route to the good server', async () => {
      if (!(await greetings(0.1))['good']) throw new Error('no route');
    });

  beforeAll(async () => {
    stack = await createStack();
    await stack.start({ name: 'client', image: 'postgres', command: ['sleep', '1000'] });
    await fake('good', 200);
    await fake('bad', 503);
    const files = { 'haproxy.cfg': configuration(['bad', 'good']) };
    await stack.start({ name: 'haproxy', image: 'haproxy', files });
    await untilRouted();
  }, 120_000);
  afterAll(() => stack?.remove());

  test('a server whose check fails never gets a connection, not even right after a start', async () => {
    for (let round = 0; round < 3; round += 1) {
      // Straight after the start, so that no connection of the second in which nothing is known yet is missed.
      await stack.platform.restartContainer(stack.container('haproxy'), 5);
      expect(await greetings(1.5)).toMatchObject({ good: expect.any(Number) });
    }
    expect(await accepted('bad')).toBe('0');
  });

  test('a server that appears after the start waits for its check', async () => {
    await stack.platform.stopContainer(stack.container('bad'), 0);
    await stack.platform.restartContainer(stack.container('haproxy'), 5);
    await untilRouted();
    const greeted = greetings(3);
    await stack.platform.startContainer(stack.container('bad'));
    expect(await greeted).not.toHaveProperty('bad');
    expect(await accepted('bad')).toBe('0');
  });

  test('a reload keeps sessions, loses no connection, and a new server waits for its check', async () => {
    const open = await stack.platform.execInteractive(stack.container('client'), [
      'python3',
      '-uc',
      session,
      'haproxy',
    ]);
    expect(await open.readLine(5000)).toBe('connected');
    const greeted = greetings(3);
    await fake('new', 503);
    await configure(configuration(['bad', 'good', 'new']));
    await stack.platform.signalContainer(stack.container('haproxy'), 'USR2');
    expect(Object.keys(await greeted)).toEqual(['good']);
    open.close();
    expect(await open.readLine(5000)).toBe('lived');
    expect(await accepted('new')).toBe('0');

    await setStatus('new', 200);
    await retryUntil('the new server to take part', async () => {
      if (!(await greetings(0.2))['new']) throw new Error('not yet');
    });
  });

  // Each reload leaves a process behind for as long as a session of it lasts, and operations reload: at the forty-second the
  // front's memory was used up, and everybody was cut off at once.
  test('sessions that outlast many reloads fit into the memory there is, and as few of them end as possible', async () => {
    const node = { name: 'small', image: 'haproxy', memoryBytes: 96 * 1024 ** 2 } as const;
    await stack.start({ ...node, files: { 'haproxy.cfg': configuration(['good']) } });
    const { startedAt } = (await stack.platform.inspectContainer(stack.container('small')))!;
    const client = await stack.platform.execInteractive(stack.container('client'), [
      'python3',
      '-uc',
      sessions,
      'small',
    ]);
    const connect = async () => {
      client.write('one more');
      expect(await client.readLine(10_000)).toBe('connected');
    };
    await retryUntil('a route through the small one', () =>
      stack.run(
        'client',
        'python3',
        '-c',
        'import socket,sys; s=socket.create_connection(("small",5432),1); assert s.recv(9)',
      ),
    );
    const reload = () => stack.run('small', 'pgrow-reload');
    for (const _ of ['the first process', 'has', 'three']) await connect();
    for (let round = 0; round < 18; round += 1) {
      await reload();
      await connect();
    }
    client.write('which');
    const lives = JSON.parse(await client.readLine(10_000)) as boolean[];
    // Which `status` shows.
    const alive = await stack.run('small', 'pgrow-alive');
    client.close();

    expect(alive).toMatch(/^keeps \d+ processes for connections of before a reload/);
    const state = await stack.platform.inspectContainer(stack.container('small'));
    expect(state).toMatchObject({ running: true, restarts: 0, startedAt });
    // The process with the most is the oldest, and stays.
    expect(lives.slice(0, 3)).toEqual([true, true, true]);
    expect(lives.at(-1)).toBe(true);
    const ended = lives.filter((each) => !each).length;
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThan(14);
    const log = await stack.platform.readLogs(stack.container('small'), 1000);
    expect(log.match(/memory is short: ended a process/g)).toHaveLength(ended);
  });

  // A name or a port that a check was given at run time used to outlive every reload.
  test.each([
    ['another name', 'fqdn nowhere'],
    ['another port', 'addr 127.0.0.1 port 1'],
    ['another port for its checks', 'check-port 1'],
    ['another address for its checks', 'check-addr 127.0.0.1'],
  ])('a server that was given %s at run time is looked for as configured after a reload', async (_, change) => {
    const shown = async () => {
      const state = (await runtime('show servers state')).split('\n').find((line) => line.includes(' good '));
      const [, , , , , , admin, , , , , , , , , , , fqdn, port, , , , checkAddress] = (state ?? '').split(' ');
      return { admin, fqdn, port, checkAddress };
    };
    const before = await shown();
    await runtime(`set server primary/good ${change}`);
    if (change.startsWith('fqdn')) await runtime('set server primary/good addr 127.0.0.1');
    await retryUntil('nobody to be greeted', async () => {
      expect(await greetings(0.1)).not.toHaveProperty('good');
    });
    await stack.run('haproxy', 'pgrow-reload');
    await untilRouted();
    expect(await shown()).toEqual(before);
  });

  // It was told to stop its checks while it was held: HAProxy, let go afterwards, never checked it again, so when another led
  // some time later, writes still went to it.
  test('the server that writes are moved to is up whatever its check says, until it is checked again', async () => {
    await configure(configuration(['bad', 'good']));
    const api = { command: runtime };
    await holdConnects(api, 'good', 'bad');
    await cutWriters(api, 'good');
    await moveWrites(api, 'good', 'bad');
    expect(await greetings(2)).toEqual({ bad: expect.any(Number) });
    await checkWrites(api, 'bad');
    await retryUntil('nobody to be led to it', async () => expect(await greetings(0.1)).not.toHaveProperty('bad'));
    await readmitReplica(api, 'good');
    await untilRouted();
  });

  // HAProxy ends the sessions of a server that is down, but forgot the client of one that was only being connected: it waited
  // for ever. At the moment a leader dies that is everybody who has just been cut off from it.
  test('a client that is being connected to a server that is found dead gets an error at once', async () => {
    const real = haproxyCfg(
      { kind: 'haproxy', servers: ['good'], load_balancing: 'round_robin' },
      { gateway: '127.0.0.1' },
    );
    // So long that nothing but the end of its session can close a connection.
    const slow = real.replace('timeout connect 200ms', 'timeout connect 60s');
    await configure(slow);
    await untilRouted();
    const { heal } = await cutOff(stack.container('good'));
    try {
      await runtime('set server primary/good health up');
      const command = ['python3', '-uc', talk, 'haproxy'];
      const client = await stack.platform.execInteractive(stack.container('client'), command);
      expect(await client.readLine(5000)).toBe('said');
      await runtime('set server primary/good health down');
      expect(await client.readLine(40_000)).toBe('closed');
    } finally {
      await heal();
      await configure(configuration(['bad', 'good']));
    }
    await untilRouted();
  });

  // One router cut its sessions, and who came back by another was cut again, a few ms later.
  test('connects are held before sessions are cut', async () => {
    const command = ['python3', '-uc', session, 'haproxy'];
    const open = await stack.platform.execInteractive(stack.container('client'), command);
    expect(await open.readLine(5000)).toBe('connected');
    const api = { command: runtime };
    await holdConnects(api, 'good', 'bad');
    expect(await greetings(0.3)).toEqual({ nobody: expect.any(Number) });
    open.close();
    expect(await open.readLine(5000)).toBe('lived');
    await readmitReplica(api, 'bad');
    await readmitReplica(api, 'good');
    await untilRouted();
  });

  describe('the dead-man', () => {
    const hold = async () => {
      await runtime('set server primary/good state maint; set server primary/bad state maint');
      expect(await greetings(0.2)).toEqual({ nobody: expect.any(Number) });
    };
    const deadman = (...words: string[]) => stack.run('haproxy', 'pgrow-deadman', ...words);

    test('gives held servers back to their checks: the one that passes is led to, the other never', async () => {
      const before = await accepted('bad');
      await hold();
      expect(await deadman('100', 'good', 'bad')).toBe('armed');
      await untilRouted();
      expect(await accepted('bad')).toBe(before);
      expect(await runtime('show servers state primary')).toMatch(/ bad \S+ 0 0 /);
    });

    test('readmits clients that were only kept out', async () => {
      await holdConnects({ command: runtime }, 'good', 'bad');
      expect(await greetings(0.2)).toEqual({ nobody: expect.any(Number) });
      await deadman('1', 'good', 'bad');
      await untilRouted();
    });

    test('called off, armed again, or meant for another server it leaves them held', async () => {
      await hold();
      const arm = 'pgrow-deadman 1000';
      // Past the time of all of them.
      const script = `${arm} good; pgrow-deadman disarm; ${arm} good; ${arm} bad; sleep 1.5`;
      await stack.run('haproxy', 'bash', '-c', script);
      expect(await greetings(0.2)).toEqual({ nobody: expect.any(Number) });
      await deadman('1', 'good');
      await untilRouted();
    });

    test('cuts no one whose server is not held', async () => {
      const command = ['python3', '-uc', session, 'haproxy'];
      const open = await stack.platform.execInteractive(stack.container('client'), command);
      expect(await open.readLine(5000)).toBe('connected');
      await deadman('1', 'good');
      await stack.run('haproxy', 'sleep', '0.5');
      open.close();
      expect(await open.readLine(5000)).toBe('lived');
    });
  });

  test('with TLS it leads to servers that prove their name, and takes commands from its own database alone', async () => {
    const [identities, others] = await Promise.all([createIdentities(), createIdentities()]);
    const config = {
      kind: 'haproxy',
      servers: ['proven', 'of-others', 'misnamed', 'good'],
      load_balancing: 'round_robin',
    } as const;
    await fake('proven', 200, await identities.filesOf('proven'));
    await fake('of-others', 200, await others.filesOf('of-others'));
    await fake('misnamed', 200, await identities.filesOf('proven'));
    const files = {
      ...(await identities.filesOf('haproxy-1')),
      'haproxy.cfg': haproxyCfg(config, { gateway: await stack.gateway(), tls: true }),
    };
    await stack.start({ name: 'haproxy-1', image: 'haproxy', files });

    const peer = await stack.peer('haproxy-1', identities.own);
    const api = await retryUntil('its runtime API to answer', () => connectHaproxy({ peer }));
    await retryUntil('a server to be up', async () => {
      const seen = await readServers(api);
      const writers = seen.filter(({ backend }) => backend === 'primary');
      expect(Object.fromEntries(writers.map(({ server, status, check }) => [server, `${status} ${check}`]))).toEqual({
        proven: expect.stringMatching(/^up L7OK/),
        'of-others': expect.stringMatching(/^down L6RSP/),
        misnamed: expect.stringMatching(/^down L6RSP/),
        good: expect.stringMatching(/^down L6RSP/),
      });
    });
    api.end();
    await expect(connectHaproxy({ peer: unidentified(peer) })).rejects.toMatchObject({ code: 'no_answer' });
    const { tls: _, ...plain } = peer;
    await expect(connectHaproxy({ peer: plain })).rejects.toMatchObject({ code: 'no_answer' });

    // Another certificate is shown without a reload, whose old process would end its sessions after a day.
    const shown = async () => (await readServed(peer, { port: ports.runtime, begins: 'at once' }, 2000)).serialNumber;
    const [before, process] = [await shown(), await stack.run('haproxy-1', 'pgrow-old-processes')];
    await stack.put('haproxy-1', await identities.filesOf('haproxy-1'));
    await stack.run('haproxy-1', 'pgrow-renew');
    expect(await shown()).not.toBe(before);
    expect(await stack.run('haproxy-1', 'pgrow-old-processes')).toBe(process);

    // A certificate that does not fit changes nothing.
    await stack.put('haproxy-1', { 'node.pem': 'no certificate' });
    await expect(stack.run('haproxy-1', 'pgrow-renew')).rejects.toThrow(/certificate refused, the one before stays/);
    await expect(stack.run('haproxy-1', 'pgrow-reload')).rejects.toThrow(/configuration refused, the one before stays/);
    (await connectHaproxy({ peer })).end();
  });

  test('an invalid configuration is refused with its reason, and the one before serves on', async () => {
    await stack.put('haproxy', { 'haproxy.cfg': 'nonsense here\n' });
    await expect(stack.run('haproxy', 'pgrow-reload')).rejects.toThrow(/unknown keyword 'nonsense'/);
    await stack.platform.signalContainer(stack.container('haproxy'), 'USR2');
    expect(await greetings(0.5)).not.toHaveProperty('nobody');
  });
});
