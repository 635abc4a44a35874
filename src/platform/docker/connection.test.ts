import { describe, expect, test } from 'vitest';

import { connect, socketOf } from './connection.ts';

describe('where the engine is', () => {
  test.each([
    ['', '/var/run/docker.sock'],
    ['unix:///run/user/1000/docker.sock', '/run/user/1000/docker.sock'],
    ['unix://', '/var/run/docker.sock'],
    ['tcp://10.0.0.5:2375', null],
    ['ssh://ops@10.0.0.5', null],
  ])('DOCKER_HOST "%s" is the socket %s', (dockerHost, socket) => {
    expect(socketOf(dockerHost)).toBe(socket);
  });

  test('only an engine behind a socket shares our disk; an explicit socket wins', () => {
    expect(connect(undefined, 'tcp://10.0.0.5:2375').local).toBe(false);
    expect(connect('/run/other.sock', 'tcp://10.0.0.5:2375').local).toBe(true);
  });
});
