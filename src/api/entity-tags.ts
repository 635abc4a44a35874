import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { sessionHeader } from '../domain/sessions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of an answer that is asked for again and again, and that holds no secret: it has an `ETag`. */
    readonly polled?: true;
  }
}

/** How old a look is says nothing of what was seen: from a look that no longer counts the answer's health is `unknown`. */
const ages: readonly string[] = ['seen_at', 'age_ms', 'observed_at', 'answered_at'];

/** Kept by its reader alone, who asks each time whether it has changed. */
const pollable = { 'cache-control': 'private, no-cache', vary: `authorization, cookie, ${sessionHeader}` };

/**
 * Answers of polled routes have an `ETag`, and one that its reader has already (`If-None-Match`) is a 304 without a body. The
 * tags are weak: they compare what is meant, not bytes.
 */
export const tagAnswers = (app: FastifyInstance): void => {
  app.addHook('preSerialization', async (request, reply, payload) => {
    if (request.routeOptions.config.polled !== true || reply.statusCode !== 200) return payload;
    void reply.headers({ ...pollable, etag: tagOf(payload) });
    return payload;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const tag = reply.getHeader('etag');
    if (request.routeOptions.config.polled !== true || typeof tag !== 'string') return payload;
    if (!isKnown(request.headers['if-none-match'], tag)) return payload;
    reply.removeHeader('content-type').removeHeader('content-length').code(304);
    return null;
  });
};

/** The same for two answers that differ in nothing but the age of what was seen. */
export const tagOf = (document: unknown): string => {
  const text = JSON.stringify(document, (name, value: unknown) => (ages.includes(name) ? undefined : value));
  return `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
};

/** Weak comparison (RFC 9110, 8.8.3.2). */
const isKnown = (given: string | undefined, tag: string): boolean => {
  if (given === undefined) return false;
  const bare = (each: string): string => each.trim().replace(/^W\//, '');
  return given.trim() === '*' || given.split(',').some((each) => bare(each) === bare(tag));
};
