import { expect, test } from 'vitest';
import { chooseHostPorts } from './host-ports.ts';

const ports = { postgres: 20_000, pooled: 1, pooled_read_only: 2, read_write: 3, read_only: 4, stats: 5 };
const rival = { name: 'rival', project: 'default', ports };
const any = { wanted: null, project: 'default' };

test('the ports of a database are free, its own, and no one else’s', async () => {
  const free = new Set([20_000, 20_001, 20_002, 31_996, 31_997, 31_998, 31_999, 25_000]);
  const chosen = await chooseHostPorts([rival], any, async (port) => free.has(port));
  expect(Object.values(chosen).toSorted((a, b) => a - b)).toEqual([
    20_001, 20_002, 25_000, 31_996, 31_997, 31_998, 31_999,
  ]);
});

// It continued looking for ever, and the API with it.
test('where no port is left, that is said', async () => {
  await expect(chooseHostPorts([], any, async (port) => port === 25_000)).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringMatching(/^No port from 20000 to 31999 is free on this host\./),
  });
});

test('who has the port that is wanted is said within a project only', async () => {
  const refusal = (project: string) =>
    chooseHostPorts([rival], { wanted: 20_000, project }).catch(({ message }: Error) => message);
  expect(await refusal('default')).toContain('Port 20000 belongs to database rival.');
  expect(await refusal('other')).toContain('Port 20000 belongs to a database of another project.');
});
