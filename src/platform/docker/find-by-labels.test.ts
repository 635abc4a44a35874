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
