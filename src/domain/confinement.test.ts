import { expect, test } from 'vitest';
import { confinementOf, serverConfinement, trialConfinement } from './confinement.ts';
import { dataPath } from './container-spec.ts';
import { nodeKinds } from './topology.ts';

test.each(nodeKinds)('a %s is limited, and its data are in no memory', (kind) => {
  const { processes, coreBytes, kept, inMemory } = confinementOf({ kind });
  expect(processes).toBeGreaterThan(0);
  expect(coreBytes).toBe(0);
  expect(kept).toContain('/etc/pgrow');
  const paths = [...kept, ...inMemory.map(({ path }) => path)];
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths).not.toContain(dataPath[kind]);
});

test('a larger server may have more processes', () => {
  const gibibyte = 1024 ** 3;
  const mostOf = (memory_bytes: number) => serverConfinement({ size: { memory_bytes, cpus: 2 } }).processes;
  expect(mostOf(gibibyte)).toBe(2048);
  expect(mostOf(16 * gibibyte)).toBe(17_408);
  // Linux takes no limit above 4,194,304.
  expect(mostOf(8192 * gibibyte)).toBeLessThan(4_194_304);
});

test('the data of a server that is only tried go with its container', () => {
  expect(trialConfinement({}).kept).toContain(dataPath.postgres);
});
