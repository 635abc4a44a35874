import { describe, expect, test } from 'vitest';

import { takenPort, translate } from './engine-errors.ts';

const answer = (statusCode: number, message: string): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), {
    statusCode,
    json: { message },
  });
const broken = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe('what the engine says in our words', () => {
  test.each([
    [broken('ENOENT'), 'docker_unavailable', /socket is not there; start the Docker engine/],
    [broken('ECONNREFUSED'), 'docker_unavailable', /nothing listens there/],
    [broken('EACCES'), 'docker_unavailable', /join the group docker/],
    [broken('ECONNRESET'), 'docker_unavailable', /connection broke/],
    [answer(500, 'mkdir /var/lib/docker: no space left on device'), 'no_disk_space', /Cannot start a: .*disk is full/],
    // One that hung for six seconds made the operator's a hand-over that was past its point of no return.
    [answer(409, 'cannot start a paused container, try unpause instead'), 'no_answer', /^Cannot start a: .*paused/],
    [answer(409, 'Container a is paused, unpause the container before exec'), 'no_answer', /Unpause it/],
    [answer(500, 'something odd'), 'node_failed', /^Cannot start a: Docker says "something odd"\.$/],
  ])('%s', (error, code, message) => {
    expect(translate(error, 'start a')).toMatchObject({
      code,
      message: expect.stringMatching(message),
      cause: error,
    });
  });

  test('a mistake of our own stays what it is', () => {
    const mistake = new TypeError('x is not a function');
    expect(translate(mistake, 'start a')).toBe(mistake);
  });

  test.each([
    ['Bind for 127.0.0.1:5442 failed: port is already allocated', 5442],
    ['Error starting userland proxy: listen tcp4 127.0.0.1:5442: bind: address already in use', 5442],
    ['failed to bind host port 127.0.0.1:5442/tcp: address already in use', 5442],
    ['Ports are not available', null],
    ['network shop not found', undefined],
  ])('the port in "%s"', (message, port) => {
    expect(takenPort(answer(500, message))).toBe(port);
  });
});
