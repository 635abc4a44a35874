import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBaseImage } from '../../src/launcher/base-image.ts';
import { ensureEngine } from '../../src/launcher/engine.ts';
import { childEnvironment, readEnvironment, searchPath } from '../../src/launcher/environment.ts';
import { findProgram } from '../../src/launcher/run-command.ts';
import { ensureImages } from '../../src/launcher/images.ts';
import { launcherError } from '../../src/launcher/launcher-error.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { ensureTemporal } from '../../src/launcher/temporal-binary.ts';
import { socketOf } from '../../src/platform/docker/connection.ts';
import type { EngineUnderTest } from './inside.ts';
import { putEnginePrograms } from './programs.ts';

/**
 * `npm run test:engine [-- FILES]`: the core of the suite on a current Docker engine, which is compiled from its Go module and
 * runs beside the machine's own: with a network, mounts and processes of its own, which all end with it.
 */

/** What shows how pgrow gets along with an engine. */
const core = [
  ...['docker', 'platform', 'platform-inside', 'platform-networks'].map((name) => `test/integration/${name}.test.ts`),
  ...['ladder', 'switchover', 'failover', 'ways-back'].map((name) => `test/scenarios/${name}.test.ts`),
];

/** Of PostgreSQL, that those files need besides the usual one. */
const majors = [15] as const;

const runsForMs = 60 * 60_000;

const progress = (line: string): void => void process.stderr.write(`${line}\n`);

const run = async (chosen: readonly string[]): Promise<number> => {
  const { cache, dockerHost = '' } = readEnvironment();
  const machine = socketOf(dockerHost);
  if (process.getuid?.() !== 0) throw launcherError('A second engine needs root. Run this as root.');
  if (machine === null)
    throw launcherError(
      `The machine's engine must be at a Unix socket: its images are used. DOCKER_HOST is ${dockerHost}.`,
    );
  const missing = ['unshare', 'ip', 'iptables', 'gcc'].filter((name) => findProgram(name) === null);
  if (missing.length > 0) throw launcherError(`A second engine needs ${missing.join(', ')}. Install what is missing.`);

  await ensureEngine(progress);
  await ensureBaseImage(progress);
  const { postgres_18: _unused, ...images } = await ensureImages(progress, majors);
  await ensureTemporal(progress);
  // A disk, not memory: layers of containers are laid over it.
  const folder = mkdtempSync(join(cache, 'engine-'));
  try {
    await putEnginePrograms(join(folder, 'bin'), progress);
    const files = chosen.length > 0 ? chosen : core;
    return await apart(folder, { folder, machine, images, files });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Engine and tests in namespaces of their own: when the first process there ends, all others are killed. */
const apart = (folder: string, engine: EngineUnderTest): Promise<number> => {
  const [script, inside] = ['namespace.sh', 'inside.ts'].map((name) => join(import.meta.dirname, name)) as [
    string,
    string,
  ];
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const command = ['sh', script, folder, process.execPath, inside, JSON.stringify(engine)];
  const child = spawn('unshare', [...namespaces, ...command], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: childEnvironment({
      PATH: [join(folder, 'bin'), join(repositoryRoot, 'node_modules', '.bin'), ...searchPath()].join(':'),
      DOCKER_HOST: `unix://${folder}/docker.sock`,
    }),
    timeout: runsForMs,
    // It ignores others while its child runs.
    killSignal: 'SIGKILL',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== null) progress('Ended before its time, after an hour at the latest');
      resolve(code ?? 1);
    });
  });
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
