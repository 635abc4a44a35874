import { expect, test } from 'vitest';
import { leadingPage, signInLink, tunnelTo } from './web-link.ts';

const api = 'http://127.0.0.1:21098';
const link = `${api}/signin#ticket=t-1`;

test('a link has its ticket where no server sees it, and may lead to a page', () => {
  expect(signInLink({ api, ticket: 't-1', to: undefined })).toBe(link);
  expect(signInLink({ api, ticket: 't-1', to: ['p', 'default', 'shop'] })).toBe(`${link}&to=/p/default/shop`);
  expect(new URL(signInLink({ api, ticket: 't-1', to: ['p', 'a&b', 'c'] })).hash).toBe('#ticket=t-1&to=/p/a%26b/c');
});

test('over ssh a link of this machine is reached by a tunnel, under the same port', () => {
  const connection = '198.51.100.7 50122 192.0.2.10 22';
  expect(tunnelTo(link, { connection, user: 'alice' })).toBe('ssh -N -L 21098:127.0.0.1:21098 alice@192.0.2.10');
  expect(tunnelTo(link, { connection: '::1 1 2001:db8::1 2222', user: undefined })).toBe(
    'ssh -p 2222 -N -L 21098:127.0.0.1:21098 2001:db8::1',
  );
  expect(tunnelTo('https://pgrow.example.org/signin#ticket=t-1', { connection, user: 'alice' })).toBeNull();
});

test('the page that a browser is called with leads on at once, and cannot be left by what is in the link', () => {
  const page = leadingPage(`${link}&to=/p/"><script>`);
  expect(page).toContain(`content="0; url=${link}&amp;to=/p/&quot;>&lt;script>"`);
  expect(page).not.toContain('<script');
});
