import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Of which the reports are known to be right. */
const version = '4.32.5';

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pgrow', `schemathesis-${version}`);
const program = join(cache, 'bin', 'st');

/** Runs a program that writes to this terminal; resolves with its exit code. */
const run = (command: string, args: readonly string[], options: { readonly cwd?: string } = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
      .on('error', reject)
      .on('close', (code) => resolve(code ?? 1));
  });

/** Installs it once, in a virtual environment of its own. @throws Error that says what is missing */
export const installSchemathesis = async (): Promise<void> => {
  if (existsSync(program)) return;
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', '--clear', cache],
    [join(cache, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`],
  ] as const)
    if ((await run(command, args)) !== 0)
      throw new Error(`schemathesis ${version} was not installed: this needs Python 3.10 or later, and PyPI`);
};

/** @returns its exit code */
export const runSchemathesis = (args: readonly string[], cwd: string): Promise<number> => run(program, args, { cwd });
