import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { listedContainer } from './listed-container.ts';

const listed = (state: string, status: string, address = '10.0.0.2') =>
  listedContainer({
    Id: '0123456789abcdef',
    Names: ['/pgrow-x-postgres-1'],
    State: state,
    Status: status,
    Labels: { 'pgrow.home': 'x' },
    HostConfig: { NetworkMode: 'pgrow-x' },
    NetworkSettings: { Networks: { bridge: { IPAddress: '10.0.9.9' }, 'pgrow-x': { IPAddress: address } } },
  } as unknown as Docker.ContainerInfo);

// Words of Docker 20.10 to 29 (`docker ps`).
test.each([
  ['running', 'Up 2 minutes (healthy)', { running: true, frozen: false, health: 'healthy', exitCode: null }],
  ['running', 'Up 3 seconds (health: starting)', { running: true, health: 'starting' }],
  ['running', 'Up About an hour (unhealthy)', { running: true, health: 'unhealthy' }],
  ['running', 'Up Less than a second', { running: true, health: 'none' }],
  ['paused', 'Up 2 minutes (Paused)', { running: true, frozen: true, health: 'none' }],
  ['exited', 'Exited (137) 5 minutes ago', { running: false, exitCode: 137, health: 'none' }],
  ['restarting', 'Restarting (1) 2 seconds ago', { running: false, exitCode: 1 }],
  ['created', 'Created', { running: false, exitCode: null }],
])('a container in a list that is %s, "%s"', (state, status, expected) => {
  expect(listed(state, status)).toMatchObject(expected);
});

test('its address is that in its own network, and none where it does not run or was cut off', () => {
  expect(listed('running', 'Up 2 minutes')).toMatchObject({ name: 'pgrow-x-postgres-1', address: '10.0.0.2' });
  expect(listed('exited', 'Exited (0) 1 second ago').address).toBeNull();
  expect(listed('running', 'Up 2 minutes', '').address).toBeNull();
});
