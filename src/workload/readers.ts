import { startClients, type ClientOptions, type Clients } from './clients.ts';
import type { FailureCategory, ReportedError } from './failures.ts';
import { roundMs, type WindowReport } from './windows.ts';

/** Clients that ask over and over which server answers them. */
export interface Readers extends Pick<Clients, 'ready' | 'nextAcknowledgement' | 'switchTo'> {
  mark(label: string): WindowReport;
  window(): WindowReport;
  stop(): Promise<ReadersReport>;
}

export interface ReadersReport {
  readonly answered: number;
  readonly failed: number;
  readonly failed_by: Readonly<Record<FailureCategory, number>>;
  /** How many answers came from a primary, how many from a replica. */
  readonly roles: { readonly primary: number; readonly replica: number };
  readonly servers: readonly { readonly address: string; readonly role: Role; readonly answered: number }[];
  readonly errors: readonly ReportedError[];
  readonly duration_ms: number;
  readonly longest_stall_ms: number;
  readonly windows: readonly WindowReport[];
}

type Role = 'primary' | 'replica';

export const startReaders = (options: ClientOptions): Readers => {
  const answers = new Map<string, { address: string; role: Role; answered: number }>();
  const clients = startClients(options, async (_, session) => {
    const { rows } = await session.query({
      text: 'select pg_is_in_recovery() as in_recovery, host(inet_server_addr()) as address',
    });
    const { address: answering, in_recovery } = rows[0] ?? {};
    // Over a Unix socket there is no address.
    const address = typeof answering === 'string' ? answering : 'local';
    const role = in_recovery === true ? 'replica' : 'primary';
    const key = `${address} ${role}`;
    const known = answers.get(key) ?? { address, role, answered: 0 };
    answers.set(key, { ...known, answered: known.answered + 1 });
  });

  const answeredBy = (role: Role): number =>
    [...answers.values()].filter((server) => server.role === role).reduce((sum, { answered }) => sum + answered, 0);

  return {
    ready: clients.ready,
    nextAcknowledgement: clients.nextAcknowledgement,
    switchTo: clients.switchTo,
    mark: clients.windows.mark,
    window: clients.windows.present,
    stop: async () => {
      await clients.stop();
      const windows = clients.windows.all();
      return {
        answered: answeredBy('primary') + answeredBy('replica'),
        failed: clients.failures.total,
        failed_by: clients.failures.byCategory,
        roles: { primary: answeredBy('primary'), replica: answeredBy('replica') },
        servers: [...answers.values()],
        errors: clients.failures.errors,
        duration_ms: roundMs(clients.elapsedMs()),
        longest_stall_ms: Math.max(...windows.map(({ longest_stall_ms }) => longest_stall_ms)),
        windows,
      };
    },
  };
};
