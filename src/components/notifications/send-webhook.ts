import { Agent, request } from 'undici';
import { goneStatus, isFinalStatus, retryAfterSeconds } from '../../domain/notifications/attempts.ts';
import type { SendResult } from '../../domain/notifications/deliveries.ts';
import { checkedAddresses, checkedLookup, HostRefused, type HostRules } from './checked-address.ts';
import { reasonOf } from './reason.ts';
import { webhookHeaders } from './signature.ts';

export interface WebhookMessage {
  /** Holds a token, perhaps: it is in no error. */
  readonly url: string;
  /** Null for a receiver that verifies none. */
  readonly secret: string | null;
  /** Same for every attempt. */
  readonly id: string;
  readonly body: string;
  readonly rules: HostRules;
  /** Of the whole attempt, milliseconds. */
  readonly limitMs: number;
}

/** Bytes of an answer that are read before its connection is given up. */
const answerLimit = 16 * 1024;

/** One attempt. Follows no redirect; never throws. */
export const sendWebhook = async (message: WebhookMessage): Promise<SendResult> => {
  const { url, secret, id, body, limitMs } = message;
  const { hostname, host } = new URL(url);
  const limit = AbortSignal.timeout(limitMs);
  const rules = { ...message.rules, signal: limit };
  // A connection of its own each time: one that is kept would lead to what the name meant before.
  const dispatcher = new Agent({ connect: { lookup: checkedLookup(rules), timeout: limitMs }, pipelining: 0 });
  try {
    await checkedLiteral(hostname, rules);
    const answer = await request(url, {
      method: 'POST',
      dispatcher,
      signal: limit,
      headersTimeout: limitMs,
      bodyTimeout: limitMs,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'pgrow',
        ...webhookHeaders({ id, at: Date.now(), body }, secret),
      },
      body,
    });
    await answer.body.dump({ limit: answerLimit }).catch(() => undefined);
    return resultOf(host, answer.statusCode, answer.headers['retry-after']);
  } catch (error) {
    // Errors of sockets name addresses and ports, never the path of the URL.
    const said = limit.aborted ? `no answer within ${limitMs / 1000} s` : reasonOf(error);
    return { accepted: false, error: `${host}: ${said}`, final: isRefusal(error), retry_after: null };
  } finally {
    await dispatcher.destroy().catch(() => undefined);
  }
};

/** A socket asks its lookup for names only. */
const checkedLiteral = async (hostname: string, rules: HostRules): Promise<void> => {
  if (/^\[|^[\d.]+$/.test(hostname)) await checkedAddresses(hostname, rules);
};

const resultOf = (host: string, status: number, retryAfter: string | string[] | undefined): SendResult => {
  if (status >= 200 && status < 300) return { accepted: true, remark: null };
  const isRedirect = status >= 300 && status < 400;
  return {
    accepted: false,
    error: `${host} answered ${status}${isRedirect ? ': redirects are not followed' : ''}`,
    final: isFinalStatus(status),
    gone: status === goneStatus,
    retry_after: retryAfterSeconds([retryAfter].flat()[0], Date.now()),
  };
};

const isRefusal = (error: unknown): boolean =>
  error instanceof HostRefused || (error instanceof Error && error.cause instanceof HostRefused);
