import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { imageKinds } from '../domain/container-spec.ts';
import { repositoryRoot } from './paths.ts';

const folder = join(repositoryRoot, '.github', 'workflows');
const files = readdirSync(folder);
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly kind?: readonly string[]; readonly include?: readonly object[] } };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: object;
  readonly concurrency?: object;
  readonly jobs: Readonly<Record<string, Job>>;
}
const read = (name: string): Workflow => parse(textOf(name)) as Workflow;
const stepsOf = (name: string): readonly Step[] => Object.values(read(name).jobs).flatMap(({ steps }) => steps);

test.each(files)('%s: every job has a limit and names its permissions, and no action can change unnoticed', (name) => {
  const { on, permissions, concurrency, jobs } = read(name);
  expect({ permissions, concurrency }).toEqual({ permissions: {}, concurrency: expect.any(Object) });
  for (const job of Object.values(jobs))
    expect(job).toMatchObject({ 'timeout-minutes': expect.any(Number), permissions: { contents: 'read' } });
  for (const [, action] of textOf(name).matchAll(/uses: (.*)$/gm))
    expect(action).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  // Anyone may open a pull request: its text must not become part of a command, nor its code get a token that writes.
  expect(stepsOf(name).filter(({ run }) => run?.includes('${{'))).toEqual([]);
  expect(Object.keys(on)).not.toContain('pull_request_target');
  if (!Object.hasOwn(on, 'pull_request')) return;
  for (const job of Object.values(jobs)) expect(job.permissions).toEqual({ contents: 'read' });
});

test('a change is tested by the command that the README names', () => {
  const [command] = /^\.\/pgrow test/m.exec(readFileSync(join(repositoryRoot, 'README.md'), 'utf8'))!;
  expect(stepsOf('test.yml')).toContainEqual(expect.objectContaining({ run: command }));
});

test('every image of a node is published, and that of pgrow, signed and with what it is made of', () => {
  const { build, publish } = read('images.yml').jobs;
  expect(publish!.strategy!.matrix.kind!.toSorted()).toEqual(
    ['control-plane', ...imageKinds.map((kind) => kind.replaceAll('_', '-'))].toSorted(),
  );
  expect(build!.strategy!.matrix.include).toMatchObject([{ architecture: 'amd64' }, { architecture: 'arm64' }]);
  const used = publish!.steps.map(({ uses, run }) => uses?.split('@')[0] ?? run?.trim());
  expect(used).toEqual(
    expect.arrayContaining([
      'actions/attest-build-provenance',
      'actions/attest-sbom',
      'cosign sign --yes "$IMAGE@$DIGEST"',
    ]),
  );
});
