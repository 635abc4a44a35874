import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageKinds } from '../domain/container-spec.ts';
import { repositoryRoot } from './paths.ts';

const folder = join(repositoryRoot, '.github', 'workflows');
const files = readdirSync(folder);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
/** The text of each job. */
const jobsOf = (workflow: string): readonly string[] =>
  workflow.slice(workflow.indexOf('\njobs:\n') + 7).split(/^(?= {2}\S+:$)/m);

test.each(files)('%s: every job has a limit and names its permissions, and no action can change unnoticed', (name) => {
  const workflow = read(name);
  expect(workflow).toMatch(/^permissions: \{\}$/m);
  expect(workflow).toMatch(/^concurrency:$/m);
  const jobs = jobsOf(workflow);
  expect(jobs.length).toBeGreaterThan(0);
  for (const job of jobs) {
    expect(job).toMatch(/^ {4}timeout-minutes: \d+$/m);
    expect(job).toMatch(/^ {4}permissions:$/m);
  }
  for (const [, action] of workflow.matchAll(/uses: (.*)$/gm))
    expect(action).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  // Anyone may open a pull request: its text must not become part of a command, nor its code get a token that writes.
  expect(workflow).not.toMatch(/pull_request_target|run:[^\n]*\$\{\{/);
});

test('a change is tested by the command that the README names', () => {
  const [command] = /^\.\/pgrow test/m.exec(readFileSync(join(repositoryRoot, 'README.md'), 'utf8'))!;
  expect(read('test.yml')).toContain(`run: ${command}\n`);
});

test('every image of a node is published, and that of pgrow, signed and with what it is made of', () => {
  const workflow = read('images.yml');
  const [, kinds = ''] = /^ +kind: \[(.*)\]$/m.exec(workflow)!;
  expect(kinds.split(', ').toSorted()).toEqual(
    ['control-plane', ...imageKinds.map((kind) => kind.replaceAll('_', '-'))].toSorted(),
  );
  expect(workflow).toMatch(/architecture: amd64[^]*architecture: arm64/);
  expect(workflow).toMatch(/cosign sign[^]*"\$IMAGE@\$DIGEST"/);
  expect(workflow).toMatch(/attest-build-provenance@[^]*attest-sbom@/);
});
