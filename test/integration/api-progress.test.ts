import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { shopPath, useApi } from '../support/api-under-test.ts';

const api = useApi();

describe('progress', () => {
  const read = async (
    path: string,
    onEvent: (text: string) => Promise<void> | void,
    token = api.admin,
  ): Promise<string> => {
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      await onEvent(text);
    }
    return text;
  };

  test('comes whenever something has changed, and ends with the operation', async () => {
    const shop = await api.newShop();
    const operation = randomUUID();
    await api.recordOperation(shop, operation);
    let told = 0;
    const text = await read(`${shopPath}/operations/${operation}/progress`, async (soFar) => {
      const events = soFar.split('event: progress').length - 1;
      if (events === told) return;
      told = events;
      if (told === 1) await api.store.stepStarted({ operation, step: 0 });
      if (told === 2) await api.store.stepDetail({ operation, step: 0, detail: 'replaying, 48 MB behind' });
      if (told === 3) await api.store.endOperation({ id: operation, status: 'done', stall_ms: 0, error: null });
    });

    const events = text
      .trim()
      .split('\n\n')
      .map((block) => block.split('\n', 1)[0]);
    expect(events).toEqual([...Array.from({ length: 4 }, () => 'event: progress'), 'event: end']);
    expect(text).toContain('replaying, 48 MB behind');
    expect(text).toMatch(/event: end\ndata: \{"status":"done"\}\n\n$/);
  });

  test('a stream that is open does not keep the API from stopping', async () => {
    const shop = await api.newShop();
    const operation = randomUUID();
    await api.recordOperation(shop, operation);
    const text = await read(`${shopPath}/operations/${operation}/progress`, () => void api.app.close());

    expect(text).toContain('event: progress');
    expect(text).not.toContain('event: end');
  });

  // A token that had been revoked went on reading, for as long as its connection lived.
  test('ends when its token is revoked, with the reason', async () => {
    const shop = await api.newShop();
    const operation = randomUUID();
    await api.recordOperation(shop, operation);
    const { body } = await api.call('POST', '/v1/tokens', { body: { name: 'ci', project: 'default', role: 'viewer' } });
    const revoke = async (): Promise<void> => void (await api.call('DELETE', `/v1/tokens/${String(body['id'])}`));
    const text = await read(`${shopPath}/operations/${operation}/progress`, revoke, String(body['token']));
    expect(text).toMatch(/event: error\ndata: .*"code":"unauthorized".*\n\n$/);
  });

  test('of an operation that no one knows is a problem', async () => {
    await api.newShop();
    const { body } = await api.call('GET', `${shopPath}/operations/${randomUUID()}/progress`);
    expect(body).toMatchObject({ status: 404, code: 'not_found' });
  });
});
