import { request } from 'undici';
import { ports } from '../../domain/naming.ts';
import { healthPaths, type RouterBackend } from '../../domain/router-view.ts';
import { schemeOf } from '../../domain/tls.ts';
import { agentOf, reasonOf, type Peer } from '../peer.ts';

interface Checked {
  readonly peer: Peer;
  readonly backend: RouterBackend;
  readonly port?: number;
  readonly timeoutMs?: number;
}

export interface CheckResult {
  readonly passes: boolean;
  /** `is answered 200`, `fails: ECONNREFUSED` */
  readonly says: string;
}

/** The check by which a router decides on a server, made from here. Never throws. */
export const checkServer = async ({
  peer,
  backend,
  port = ports.health,
  timeoutMs = 1000,
}: Checked): Promise<CheckResult> => {
  const dispatcher = agentOf(peer, timeoutMs);
  try {
    const { statusCode } = await request(`${schemeOf(peer)}://${peer.name}:${port}${healthPaths[backend]}`, {
      method: 'OPTIONS',
      signal: AbortSignal.timeout(timeoutMs),
      dispatcher,
    });
    return { passes: statusCode >= 200 && statusCode < 300, says: `is answered ${statusCode}` };
  } catch (error) {
    return { passes: false, says: `fails: ${reasonOf(error)}` };
  } finally {
    await dispatcher.destroy();
  }
};
