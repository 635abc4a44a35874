import { afterEach, expect, test, vi } from 'vitest';
import { refusal, stubApi } from '../test/render.tsx';
import { get, onSignedOut, request } from './api.ts';

afterEach(() => vi.unstubAllGlobals());

test('a session is over when something is refused for it, not when a link was used before', async () => {
  stubApi({
    'POST /v1/sessions': refusal(401, 'The link has been used.'),
    'GET /v1/me': refusal(401, 'Sign in.'),
  });
  const over = vi.fn<() => void>();
  const end = onSignedOut(over);
  await expect(request('POST', '/v1/sessions', { ticket: 'used' })).rejects.toThrow('used');
  expect(over).not.toHaveBeenCalled();
  await expect(get('/v1/me')).rejects.toThrow('Sign in.');
  expect(over).toHaveBeenCalledOnce();
  end();
});
