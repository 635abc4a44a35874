import type Docker from 'dockerode';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../platform/docker/connection.ts';

/** The engine that DOCKER_HOST names, else the local one. */
export const dockerClient = (): Docker => connect().docker;

/** Null when the engine answers, else why it does not. */
export const whyDockerIsSilent = async (timeoutMs = 3000): Promise<string | null> => {
  const silent = delay(timeoutMs, `no answer within ${timeoutMs} ms`, { ref: false });
  const answer = dockerClient()
    .ping()
    .then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
  return Promise.race([answer, silent]);
};
