import { connect } from 'node:net';
import type { Home } from './home.ts';
import { isPortFree, replacePort, type Ports } from './ports.ts';
import {
  findProcesses,
  runsAsTold,
  startProcess,
  stopProcess,
  waitUntilHealthy,
  type ProcessSpec,
} from './processes.ts';
import type { Progress } from './progress.ts';
import { runCommand } from './run-command.ts';

const startTimeoutMs = 60_000;

/** The embedded Temporal server with its database file. */
const temporalProcess = (home: Home, ports: Ports, program: string): ProcessSpec => ({
  home,
  name: 'temporal',
  command: program,
  arguments: [
    'server',
    'start-dev',
    '--headless=false',
    '--log-level=warn',
    `--db-filename=${home.temporalDatabasePath}`,
    '--ip=127.0.0.1',
    `--port=${ports.temporal}`,
    `--ui-port=${ports.temporal_ui}`,
    '--dynamic-config-value=system.enableActivityEagerExecution=true',
    '--search-attribute=PgrowDatabase=Keyword',
    '--search-attribute=PgrowOperation=Keyword',
    '--search-attribute=PgrowStage=Int',
  ],
  fingerprint: `${ports.temporal}/${ports.temporal_ui}`,
});

export interface EnsureTemporalServer {
  readonly home: Home;
  readonly ports: Ports;
  readonly program: string;
  readonly progress: Progress;
}

/** Starts it unless it runs; returns the ports, of which its own may have had to change. */
export const ensureTemporalServer = async (options: EnsureTemporalServer): Promise<Ports> => {
  const { home, program, progress } = options;
  const running = findProcesses({ home, name: 'temporal' });
  const wanted = temporalProcess(home, options.ports, program);
  if (runsAsTold(running, wanted)) {
    if (!(await accepts(options.ports.temporal))) await untilServing(wanted, options.ports);
    return options.ports;
  }
  // Two servers must never share the database file.
  if (running.length > 0) await stopProcess({ home, name: 'temporal' }, 15_000);
  let ports = options.ports;
  for (const name of ['temporal', 'temporal_ui'] as const) {
    if (await isPortFree(ports[name])) continue;
    const taken = ports[name];
    ports = await replacePort(home, ports, name);
    progress(
      `Port ${taken} of Temporal${name === 'temporal_ui' ? ' Web' : ''} is taken by another program: using ${ports[name]}`,
    );
  }
  progress('Starting Temporal');
  const spec = temporalProcess(home, ports, program);
  startProcess(spec);
  await untilServing(spec, ports);
  return ports;
};

/** Until the namespace is there; the port opens earlier. */
const untilServing = (spec: ProcessSpec, ports: Ports): Promise<void> => {
  const address = `127.0.0.1:${ports.temporal}`;
  return waitUntilHealthy(spec, {
    timeoutMs: startTimeoutMs,
    check: async () => {
      if (!(await accepts(ports.temporal))) return `nothing listens on ${address}`;
      return runCommand({
        command: spec.command,
        arguments: ['operator', 'namespace', 'describe', ...toOurs(address)],
      }).then(
        () => true as const,
        (error: Error) => error.message,
      );
    },
  });
};

/** A profile that the user of this machine has made for another Temporal must not take the call there. */
const toOurs = (address: string): readonly string[] => [
  '--namespace',
  'default',
  '--address',
  address,
  '--disable-config-file',
  '--disable-config-env',
];

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const answer = (yes: boolean) => (): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
