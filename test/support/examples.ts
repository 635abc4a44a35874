import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readEnvironment } from '../../src/launcher/environment.ts';
import { findGo } from '../../src/launcher/go-program.ts';
import { withLock } from '../../src/launcher/lock.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { findProgram } from '../../src/launcher/run-command.ts';
import { installPackedClient } from './packed-client.ts';

/** The services in `examples`, made ready to run: what takes long is kept in the cache, for each state of what it is made of. */

export const languages = ['typescript', 'python', 'go'] as const;
export type Language = (typeof languages)[number];

export interface Example {
  /** Its standard output; throws, with all output, when it fails or takes longer than it may. */
  run(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string>;
}

const execute = promisify(execFile);
/** Milliseconds: to make one ready on a machine that has nothing of it, and to move a database. */
const readyWithinMs = 300_000;
const movedWithinMs = 240_000;

const folderOf = (language: Language): string => join(repositoryRoot, 'examples', language);

/** The programs that are missing on this machine. */
export const missingForExamples = (): readonly string[] => [
  ...(findProgram('python3') === null ? ['python3'] : []),
  ...(findGo() === null ? ['go'] : []),
];

/** `scratch`: an empty folder, for what is not kept. */
export const prepareExample = async (language: Language, scratch: string): Promise<Example> => {
  const [command, ...first] = await preparations[language](scratch);
  return {
    async run(environment, ...args) {
      const { stdout } = await execute(command, [...first, ...args], {
        env: { ...process.env, ...environment },
        timeout: movedWithinMs,
      }).catch((error: Error & { readonly stdout: string; readonly stderr: string }) => {
        throw new Error(`${language}: ${error.message}\n${error.stdout}\n${error.stderr}`, { cause: error });
      });
      return stdout;
    },
  };
};

type Command = readonly [string, ...(readonly string[])];

const preparations: Readonly<Record<Language, (scratch: string) => Promise<Command>>> = {
  async typescript(project) {
    await installPackedClient(project);
    for (const file of ['main.ts', 'package.json'])
      copyFileSync(join(folderOf('typescript'), file), join(project, file));
    return [process.execPath, join(project, 'main.ts')];
  },
  async python() {
    const environment = await kept('python', ['requirements.txt'], async (target) => {
      await execute('python3', ['-m', 'venv', target], { timeout: readyWithinMs });
      const install = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--requirement',
        join(folderOf('python'), 'requirements.txt'),
      ];
      await execute(join(target, 'bin', 'python'), install, { timeout: readyWithinMs });
    });
    return [join(environment, 'bin', 'python'), join(folderOf('python'), 'main.py')];
  },
  async go() {
    const folder = await kept('go', ['main.go', 'go.mod', 'go.sum'], async (target) => {
      const build = ['build', '-o', join(target, 'pgrow-example'), '.'];
      await execute(findGo()!, build, {
        cwd: folderOf('go'),
        env: { ...process.env, CGO_ENABLED: '0' },
        timeout: readyWithinMs,
      });
    });
    return [join(folder, 'pgrow-example')];
  },
};

/** A folder of the cache that `make` fills once for each state of these files. */
const kept = async (
  language: Language,
  files: readonly string[],
  make: (target: string) => Promise<void>,
): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(folderOf(language), file)));
  const target = join(readEnvironment().cache, 'examples', `${language}-${hash.digest('hex').slice(0, 16)}`);
  const done = join(target, 'complete');
  return withLock(
    `example-${language}`,
    () => undefined,
    async () => {
      if (existsSync(done)) return target;
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target, { recursive: true });
      await make(target);
      writeFileSync(done, '');
      return target;
    },
  );
};
