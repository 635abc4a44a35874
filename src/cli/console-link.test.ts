import { expect, test } from 'vitest';
import { planPage, readConsoleLink } from './console-link.ts';

const url = 'http://127.0.0.1:21098';
const api = (answer: object | Error) => ({
  url,
  get: async <T>() => (answer instanceof Error ? Promise.reject(answer) : (answer as T)),
});

test('a plan is opened in the console as it was asked for', () => {
  const body = {
    enabled: true,
    pooling: { pool_mode: 'session' },
    cutover: 'on_signal',
    grace: '10',
    left_out: undefined,
  };
  const page = planPage({ path: 'ha', body });
  expect(page).toBe(
    '/scale?do=ha&enabled=true&pooling=%7B%22pool_mode%22%3A%22session%22%7D&cutover=on_signal&grace=%2210%22',
  );
});

test('a link is shown where there is a console, and nothing fails for want of one', async () => {
  expect(await readConsoleLink(api({ console: url }), 'shop', '/scale')).toBe(`${url}/p/default/shop/scale`);
  expect(await readConsoleLink(api({ console: null }), 'shop')).toBeNull();
  // An older API does not say.
  expect(await readConsoleLink(api({}), 'shop')).toBeNull();
  expect(await readConsoleLink(api(new Error('gone')), 'shop')).toBeNull();
});
