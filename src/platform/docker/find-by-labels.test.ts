import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { findByLabels } from './find-by-labels.ts';

const [ours, others] = [{ 'pgrow.home': 'a', 'pgrow.database': 'shop' }, { 'pgrow.home': 'a' }];

// Podman 4.3 lists volumes that carry any of the labels: undoing a create tried to remove the volume of the metadata.
test('what carries only some of the labels is not found, whatever the engine lists', async () => {
  const engine = {
    listContainers: async () => [
      { Names: ['/shop'], Labels: ours },
      { Names: ['/metadata'], Labels: others },
    ],
    listVolumes: async () => ({
      Volumes: [
        { Name: 'shop', Labels: ours },
        { Name: 'metadata', Labels: others },
        { Name: 'bare', Labels: null },
      ],
    }),
    listNetworks: async () => [
      { Name: 'shop', Labels: ours },
      { Name: 'metadata', Labels: others },
    ],
  } as unknown as Docker;
  expect(await findByLabels(engine, ours)).toEqual({ containers: ['shop'], volumes: ['shop'], networks: ['shop'] });
});

// `docker system prune` left them behind with passwords in them, and no destroy ever found them.
test('a volume without a name is found once no container has it', async () => {
  const labels = { ...ours, 'pgrow.kind': 'unnamed' };
  const used = { Name: '0a', Labels: labels };
  const left = { Name: '0b', Labels: labels };
  const engine = {
    listContainers: async () => [],
    listVolumes: async ({ filters }: { filters: { dangling?: readonly string[] } }) => ({
      Volumes: filters.dangling ? [left] : [used, left],
    }),
    listNetworks: async () => [],
  } as unknown as Docker;
  expect(await findByLabels(engine, ours)).toMatchObject({ volumes: ['0b'] });
});
