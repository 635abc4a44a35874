import { expect, test } from 'vitest';
import { orderAnswerers } from './answerers.ts';

const order = (sockets: readonly string[], prepared: readonly string[] = []) =>
  orderAnswerers(sockets, prepared).map(({ socket }) => socket);

test('workers of the newest version are asked first, then older ones, then those of unknown versions, then monitors', () => {
  const sockets = [
    'monitor-00000001.sock',
    'worker-aa-00000002.sock',
    'worker.sock',
    'worker-bb-00000003.sock',
    'worker-bb-00000004.sock',
    'monitor.sock',
    'worker-cc.sock',
  ];
  expect(order(sockets, ['aa', 'bb'])).toEqual([
    'worker-bb-00000003.sock',
    'worker-bb-00000004.sock',
    'worker-aa-00000002.sock',
    'worker-cc.sock',
    'worker.sock',
    'monitor-00000001.sock',
    'monitor.sock',
  ]);
});

test('other files are none: a socket that is being made, pid files', () => {
  expect(order(['worker-aa.sock.1a2b3c4d', 'worker-aa.pid', 'api.sock', 'worker-aa.ready'])).toEqual([]);
});

test('a socket is unique where its name has an instance: other names are taken over by the next process', () => {
  const unique = ['worker-aa-00000001.sock', 'monitor-00000001.sock'];
  const shared = ['worker-aa.sock', 'worker.sock', 'monitor.sock'];
  expect(orderAnswerers([...unique, ...shared], []).filter(({ isUnique }) => isUnique)).toHaveLength(2);
});
