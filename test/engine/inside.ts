import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { baseImage } from '../../src/launcher/base-image.ts';
import { dockerClient, whyDockerIsSilent } from '../../src/launcher/docker-client.ts';
import { followProgress } from '../../src/launcher/follow-progress.ts';
import { imageTags, type ImageTags } from '../../src/launcher/images.ts';
import { launcherError } from '../../src/launcher/launcher-error.ts';
import { lastLines } from '../../src/launcher/run-command.ts';
import { waitUntil } from '../../src/launcher/wait-until.ts';
import { connect } from '../../src/platform/docker/connection.ts';

/** Runs in the namespaces of the engine under test, which DOCKER_HOST names; `npm run test:engine` starts it there. */

export interface EngineUnderTest {
  /** Where it may keep anything. */
  readonly folder: string;
  /** Socket of the machine's engine, which has the images. */
  readonly machine: string;
  /** Their names there. */
  readonly images: Partial<ImageTags>;
  /** Test files. */
  readonly files: readonly string[];
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 60_000;

const run = async ({ folder, machine, images, files }: EngineUnderTest): Promise<number> => {
  const daemon = startDaemon(folder);
  try {
    await untilItAnswers(daemon, join(folder, 'dockerd.log'));
    const { Version: version, ApiVersion: api, Components: parts } = await dockerClient().version();
    process.stdout.write(
      `Docker engine ${version}, API ${api}, ${parts.map(({ Name: name, Version: of }) => `${name} ${of}`).join(', ')}\n`,
    );
    await bringImages(connect(machine).docker, images);
    return await runTests(files);
  } finally {
    await stopDaemon(daemon);
  }
};

const startDaemon = (folder: string): ChildProcess => {
  const inFolder = (name: string): string => join(folder, name);
  // Not the configuration of the machine's engine.
  writeFileSync(inFolder('daemon.json'), '{}');
  const log = openSync(inFolder('dockerd.log'), 'w');
  const options = {
    'config-file': inFolder('daemon.json'),
    'data-root': inFolder('data'),
    'exec-root': inFolder('run'),
    pidfile: inFolder('docker.pid'),
    host: `unix://${inFolder('docker.sock')}`,
    'userland-proxy-path': inFolder('bin/docker-proxy'),
    // Our runc is compiled without libseccomp.
    'seccomp-profile': 'unconfined',
  };
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  return spawn(inFolder('bin/dockerd'), flags, { stdio: ['ignore', log, log] });
};

const untilItAnswers = (daemon: ChildProcess, log: string): Promise<void> =>
  waitUntil({
    what: 'the engine under test to answer',
    timeoutMs: startTimeoutMs,
    check: async () => {
      const reason = await whyDockerIsSilent();
      if (reason === null) return true;
      if (daemon.exitCode !== null) throw launcherError(`dockerd ended:\n${lastLines(readFileSync(log, 'utf8'))}`);
      return reason;
    },
  });

/** Missing in the types of dockerode. */
interface GetImages {
  getImages(options: { readonly names: readonly string[] }): Promise<NodeJS.ReadableStream>;
}

/** An image store counts what an image is in its own way, and names of ours contain that: the same images get other names. */
const bringImages = async (machine: Docker, images: Partial<ImageTags>): Promise<void> => {
  const engine = dockerClient();
  const names = [baseImage, ...Object.values(images)];
  const archive = await (machine as unknown as GetImages).getImages({ names });
  await followProgress(engine, await engine.loadImage(archive, { quiet: true }));
  const tags = await imageTags();
  for (const [kind, name] of Object.entries(images) as [keyof ImageTags, string][]) {
    const [repo, tag] = tags[kind].split(':') as [string, string];
    await engine.getImage(name).tag({ repo, tag });
  }
};

const runTests = async (files: readonly string[]): Promise<number> => {
  const tests = spawn('vitest', ['run', '--project', 'integration', '--project', 'scenarios', ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(tests, 'close')) as [number | null];
  return code ?? 1;
};

const stopDaemon = async (daemon: ChildProcess): Promise<void> => {
  if (daemon.exitCode !== null) return;
  const ended = once(daemon, 'close', { signal: AbortSignal.timeout(stopTimeoutMs) });
  daemon.kill('SIGTERM');
  await ended.catch(() => undefined);
};

process.exitCode = await run(JSON.parse(process.argv[2] ?? '') as EngineUnderTest);
