import { frontPorts, networkAliases, ports } from '../../src/domain/naming.ts';
import { inApplication } from './application.ts';
import type { ManagedDatabase } from './stack.ts';

/** Ports of one node that take connections of an application. `silent`: and say nothing. */
interface Reached {
  readonly answers: readonly number[];
  readonly silent: readonly number[];
}

/** What an application gets to in the network that it has joined, and outside of it. */
export interface Reach {
  /** By node, of those that are in its network. */
  readonly inside: Readonly<Record<string, Reached>>;
  /** Ports of nodes at their addresses in the control network of which anything comes back, be it a refusal. */
  readonly outside: readonly string[];
  /** Names of nodes that it can look up. */
  readonly names: readonly string[];
}

interface Place {
  readonly node: string;
  readonly address: string;
  readonly isInside: boolean;
}

/** Every port that any node listens on, and every one that has a meaning, is tried at every address of every node. */
export const reachOfApplication = async (database: ManagedDatabase): Promise<Reach> => {
  const { clients_network } = await database.connectionStrings();
  const nodes = await database.nodes();
  const places = (
    await Promise.all(
      nodes.map(async ({ name: node, container }) =>
        (await database.plane.platform.describeContainer(container))!.attachments.map(
          ({ network, address }): Place => ({ node, address: address!, isInside: network === clients_network }),
        ),
      ),
    )
  ).flat();
  const listening = (await Promise.all(nodes.map(({ name }) => listenedOn(database, name)))).flat();
  const tried = [...new Set([...listening, ...Object.values(ports), ...Object.values(frontPorts)])].toSorted(
    (one, other) => one - other,
  );
  const names = [...new Set(nodes.flatMap((node) => networkAliases(node)))];
  const found = await inApplication(database, async (run) => {
    const asked = JSON.stringify({ addresses: places.map(({ address }) => address), ports: tried, names });
    return JSON.parse(await run(['python3', '-c', scan], asked)) as Scanned;
  });
  const ofPlace = ({ address }: Place, outcome: string) =>
    tried.filter((port) => found.ports[`${address}:${port}`] === outcome);
  return {
    inside: Object.fromEntries(
      places
        .filter(({ isInside }) => isInside)
        .map((place) => [place.node, { answers: ofPlace(place, 'answers'), silent: ofPlace(place, 'silent') }]),
    ),
    outside: places
      .filter(({ isInside }) => !isInside)
      .flatMap((place) =>
        tried
          .filter((port) => found.ports[`${place.address}:${port}`] !== 'nothing')
          .map((port) => `${place.node}:${port} ${found.ports[`${place.address}:${port}`]}`),
      ),
    names: found.names.toSorted(),
  };
};

/** By `address:port`. */
interface Scanned {
  readonly ports: Readonly<Record<string, 'answers' | 'silent' | 'refuses' | 'nothing'>>;
  readonly names: readonly string[];
}

/** Ports that a node listens on for others (proc_net_tcp(5): 0A is LISTEN). */
const listenedOn = async (database: ManagedDatabase, node: string): Promise<readonly number[]> => {
  const sockets = await database.runOn(node, ['sh', '-c', 'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true']);
  return sockets.split('\n').flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    const isLoopback = address.endsWith('7F') || address === '00000000000000000000000001000000';
    return state === '0A' && !isLoopback ? [Number.parseInt(port, 16)] : [];
  });
};

/** Asks as a browser, then as a client of PostgreSQL (SSLRequest): any byte that comes back is an answer. */
const scan = `
import asyncio, json, socket, sys
asked = json.load(sys.stdin)
questions = [b'GET /stats HTTP/1.0\\r\\n\\r\\n', bytes([0, 0, 0, 8, 4, 210, 22, 47])]
limit = asyncio.Semaphore(800)

async def ask(host, port, question):
    reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 2)
    try:
        writer.write(question)
        return await asyncio.wait_for(reader.read(1), 5)
    except OSError:
        return b''
    finally:
        writer.close()

async def look(host, port):
    async with limit:
        try:
            for question in questions:
                if await ask(host, port, question):
                    return 'answers'
            return 'silent'
        except ConnectionResetError:
            return 'silent'
        except ConnectionRefusedError:
            return 'refuses'
        except (OSError, asyncio.TimeoutError):
            return 'nothing'

async def known(name):
    try:
        await asyncio.get_running_loop().getaddrinfo(name, None)
        return [name]
    except socket.gaierror:
        return []

async def main():
    places = [(host, port) for host in asked['addresses'] for port in asked['ports']]
    found = await asyncio.gather(*(look(*place) for place in places))
    names = await asyncio.gather(*(known(name) for name in asked['names']))
    print(json.dumps({
        'ports': {f'{host}:{port}': says for (host, port), says in zip(places, found)},
        'names': sum(names, []),
    }))

asyncio.run(main())
`;
