// What a browser fetches with the first menu is there at once: a test does not wait for it.
import '../parts/menu-popup.tsx';
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render } from '@testing-library/react';
import type { ReactElement } from 'react';
import { afterEach, vi } from 'vitest';
import { Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { keys } from '../data/keys.ts';
import { createQueryClient } from '../data/queries.ts';
import type { Role } from '../data/types.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

interface Options {
  /** `/p/default/shop/logs?node=postgres-1`. */
  readonly at?: string;
  readonly role?: Role;
  /** What the cache holds: keys and values. */
  readonly known?: readonly (readonly [key: readonly unknown[], value: unknown])[];
}

/** Renders a page as somebody with that role sees it at that address. */
export const renderPage = (page: ReactElement, { at = '/', role = 'admin', known = [] }: Options = {}) => {
  const cache = createQueryClient();
  const [path = '/', searchPath = ''] = at.split('?');
  const memory = memoryLocation({ path, searchPath, record: true });
  cache.setQueryData(keys.me, {
    actor: 'alice',
    project: '*',
    role,
    home: 'home',
    token: { id: 'own' },
    temporal_web: 'http://127.0.0.1:8233',
  });
  for (const [key, value] of known) cache.setQueryData(key, value);
  const rendered = render(
    <QueryClientProvider client={cache}>
      <Router hook={memory.hook} searchHook={memory.searchHook}>
        {page}
      </Router>
    </QueryClientProvider>,
  );
  return { ...rendered, cache, address: () => memory.history.at(-1)! };
};

/** What the API answers: by method and path, with `?…` only where it matters. A number is the status of a refusal. */
type Answers = Readonly<Record<string, unknown>>;

/** Stands in for the API. Returns what was asked of it: `POST /v1/tokens` with its body. */
export const stubApi = (answers: Answers): { readonly request: string; readonly body: unknown }[] => {
  const asked: { request: string; body: unknown }[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const request = `${init.method ?? 'GET'} ${path}`;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    asked.push({ request, body });
    const found = answers[request] ?? answers[request.split('?')[0]!];
    const answer = typeof found === 'function' ? (found as (body: unknown) => unknown)(body) : found;
    if (answer instanceof Response) return answer.clone();
    if (answer === undefined)
      return Response.json({ code: 'not_found', status: 404, detail: `Nothing answers ${request}.` }, { status: 404 });
    return Response.json(answer);
  });
  return asked;
};

/** A refusal, as the API has them. */
export const refusal = (status: number, detail: string): Response => Response.json({ status, detail }, { status });
