import { ports } from '../../domain/naming.ts';
import { healthPaths, type RouterBackend } from '../../domain/router-view.ts';

interface Checked {
  readonly host: string;
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
  host,
  backend,
  port = ports.health,
  timeoutMs = 1000,
}: Checked): Promise<CheckResult> => {
  try {
    const { status, ok } = await fetch(`http://${host}:${port}${healthPaths[backend]}`, {
      method: 'OPTIONS',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { passes: ok, says: `is answered ${status}` };
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: { code?: string } };
    return { passes: false, says: `fails: ${cause?.code ?? message}` };
  }
};
