import { PgrowError } from '../../domain/errors.ts';
import { ports } from '../../domain/naming.ts';
import type { SeenServer } from '../../domain/router-view.ts';
import { holdServer } from './configuration.ts';
import type { RuntimeApi } from './runtime.ts';

/** From `show stat`, whose columns are named in its first line (management guide, 9.1 CSV format). */
export const readServers = async (api: Pick<RuntimeApi, 'command'>): Promise<readonly SeenServer[]> =>
  parseServers(await api.command('show stat'));

/** `3.2.4`; null if it does not say. */
export const readVersion = async (api: Pick<RuntimeApi, 'command'>): Promise<string | null> =>
  /^Version: (\d+(?:\.\d+)+)/m.exec(await api.command('show info'))?.[1] ?? null;

export const parseServers = (csv: string): readonly SeenServer[] => {
  const [header = '', ...lines] = csv.replace(/^# /, '').split('\n');
  const columns = header.split(',');
  return lines
    .map(cellsOf)
    .filter((cells) => cells.length > 2)
    .map((cells) => (column: string) => cells[columns.indexOf(column)] ?? '')
    .filter((cell) => !['FRONTEND', 'BACKEND', holdServer].includes(cell('svname')))
    .map((cell) => ({
      backend: cell('pxname'),
      server: cell('svname'),
      status: statusOf(cell('status')),
      check: ['check_status', 'check_code', 'check_desc'].map(cell).filter(Boolean).join(' '),
      address: cell('addr'),
    }));
};

/** A cell with a comma or a quote in it is quoted, its quotes doubled. */
const cellsOf = (line: string): readonly string[] =>
  Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );

/** `UP 1/2` and `no check` take connections, `MAINT (resolution)` does not. */
const statusOf = (text: string): SeenServer['status'] => {
  if (text.startsWith('UP') || text === 'no check') return 'up';
  if (text.startsWith('MAINT')) return 'maint';
  if (text.startsWith('DRAIN')) return 'drain';
  return 'down';
};

/** From here on new connections wait: neither the old primary nor its successor takes any. Those there are continue. */
export const holdConnects = (api: Pick<RuntimeApi, 'command'>, from: string, to: string): Promise<void> =>
  tell(api, `hold new connections to ${from}`, [
    `set server primary/${from} state drain`,
    `set server primary/${to} state maint`,
  ]);

/** The connections to the old primary are cut; clients that reconnect wait where connects are held. */
export const cutWriters = (api: Pick<RuntimeApi, 'command'>, from: string): Promise<void> =>
  tell(api, `cut the connections to ${from}`, [`set server primary/${from} state maint`]);

/**
 * Whether it is the primary is for its checks to say. Out of maintenance alone HAProxy takes a server for up until the first
 * of them has failed, and a client may come between two commands of a line: so it leaves maintenance in drain.
 */
const backToChecks = (server: string): readonly string[] => [
  `enable health primary/${server}`,
  `set server primary/${server} state drain`,
  `set server primary/${server} health down`,
  `set server primary/${server} state ready`,
];

/** The old primary serves again, and clients that have waited reach it. */
export const releaseWrites = (api: Pick<RuntimeApi, 'command'>, from: string, to: string): Promise<void> =>
  tell(api, `return writes to ${from}`, [
    `set server primary/${from} state ready`,
    `set server primary/${from} health up`,
    ...backToChecks(to),
  ]);

/** For a moment in which it is restarted: new connections wait, and those there are end now, not with the server. */
export const holdWrites = (api: Pick<RuntimeApi, 'command'>, server: string): Promise<void> =>
  tell(api, `hold connections to ${server}`, [
    `set server primary/${server} state drain`,
    `set server primary/${server} state maint`,
  ]);

/** It takes writes again, and clients that have waited reach it. Not held is success. */
export const letWritesThrough = (api: Pick<RuntimeApi, 'command'>, server: string): Promise<void> =>
  tell(api, `let clients through to ${server}`, [
    `set server primary/${server} state ready`,
    `set server primary/${server} health up`,
  ]);

/**
 * The old primary out, the new one in, at once and on both routes: HAProxy's own checks would take a second. The new one
 * counts as up until `checkWrites`, whatever its Patroni says of it until it has its lock.
 * @throws PgrowError `node_failed` when HAProxy refuses a part, which it says in words: its exit is silence
 */
export const moveWrites = (api: Pick<RuntimeApi, 'command'>, from: string, to: string): Promise<void> =>
  tell(api, `move writes from ${from} to ${to}`, [
    `set server primary/${from} state maint`,
    `set server replicas/${from} state maint`,
    `set server replicas/${to} health down`,
    // In this order: HAProxy never continues with checks that were disabled when a server comes out of maintenance.
    `set server primary/${to} state ready`,
    `disable health primary/${to}`,
    `set server primary/${to} health up`,
  ]);

/** Whether the new primary is up is for the checks to say again. */
export const checkWrites = (api: Pick<RuntimeApi, 'command'>, to: string): Promise<void> =>
  tell(api, `check ${to} again`, [`enable health primary/${to}`]);

/**
 * The old primary is dead, the new one was elected: both routes know at once. What the checks find out later stands, so
 * the old one returns without being let in.
 */
export const failWrites = (api: Pick<RuntimeApi, 'command'>, from: string, to: string): Promise<void> =>
  tell(api, `treat ${to} as the primary instead of ${from}`, [
    `set server primary/${from} health down`,
    `set server replicas/${from} health down`,
    `set server replicas/${to} health down`,
    `set server primary/${to} health up`,
  ]);

const tell = async (api: Pick<RuntimeApi, 'command'>, what: string, commands: readonly string[]): Promise<void> => {
  const refused = await api.command(commands.join(';'));
  if (refused) throw new PgrowError('node_failed', `HAProxy refused to ${what}: ${refused}`);
};

/** The old leader follows by now: reads may go to it. */
export const readmitReplica = (api: Pick<RuntimeApi, 'command'>, server: string): Promise<void> =>
  tell(api, `check ${server} again`, [...backToChecks(server), `set server replicas/${server} state ready`]);

/**
 * Where a router looks for a server, until its resolver or a reload says otherwise. The same address again is success.
 * @throws PgrowError `internal` when HAProxy refuses: it answers in words, whether it has taken the address or not
 */
export const setAddress = async (
  api: Pick<RuntimeApi, 'command'>,
  { backend, server, host }: { readonly backend: string; readonly server: string; readonly host: string },
): Promise<void> => {
  const answer = await api.command(`set server ${backend}/${server} addr ${host} port ${ports.postgres}`);
  if (/changed/.test(answer)) return;
  throw new PgrowError('internal', `HAProxy refused address ${host} for ${backend}/${server}: ${answer}`);
};
