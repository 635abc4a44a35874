import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { postgresMajors } from '../domain/database.ts';
import { ensureBaseImage } from './base-image.ts';
import { ensureChromium } from './browser.ts';
import { ensureEngine } from './engine.ts';
import { childEnvironment, searchPath } from './environment.ts';
import { ensureImages } from './images.ts';
import { repositoryRoot } from './paths.ts';
import type { Progress } from './progress.ts';
import { ensureTemporal } from './temporal-binary.ts';

/** Runs the checks, then all tests, and shows their output. Returns the exit code: 0 only when everything passed. */
export const runTests = async ({ progress }: { readonly progress: Progress }): Promise<number> => {
  const program = ensureTemporal(progress);
  await ensureEngine(progress);
  await ensureChromium(progress);
  await ensureBaseImage(progress);
  await Promise.all([ensureImages(progress, postgresMajors), program]);

  const folder = mkdtempSync(join(tmpdir(), 'pgrow-test-'));
  try {
    const checks = await run(['npm', 'run', 'check']);
    const report = join(folder, 'report.json');
    const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const tests = await run(['vitest', 'run', ...options]);
    const { passed, failed } = countResults(readReport(report));
    // A failed check or a crash of the runner is a failure even where each test that ran has passed.
    const others = (checks === 0 ? 0 : 1) + (tests !== 0 && failed === 0 ? 1 : 0);
    if (checks !== 0) process.stdout.write('npm run check failed, see above\n');
    process.stdout.write(`${passed} passed, ${failed + others} failed\n`);
    return checks === 0 && tests === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const reportFile = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** Of vitest's JSON report. A file that cannot even be loaded counts as one failure. */
export const countResults = (report: unknown): { readonly passed: number; readonly failed: number } => {
  if (report === null) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests, testResults } = reportFile.parse(report);
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
};

const readReport = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
};

/** With our Node first on the search path, which npm scripts then use too. */
const run = ([command = '', ...rest]: readonly string[]): Promise<number> => {
  const tools = [join(repositoryRoot, 'node_modules', '.bin'), dirname(process.execPath)];
  const child = spawn(command, rest, {
    cwd: repositoryRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: childEnvironment({ PATH: [...tools, ...searchPath()].join(delimiter) }),
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
};
