import { request } from 'node:http';
import type { ApiUnderTest } from './api-under-test.ts';

/** Headers of a browser that is signed in. */
type BrowserHeaders = Readonly<Record<'cookie' | 'x-pgrow-session' | 'sec-fetch-site', string>>;

/** As `./pgrow web` takes one. */
export const takeTicket = async (
  api: ApiUnderTest,
  wanted: { readonly role?: string | undefined; readonly name?: string } = {},
  token = api.admin,
): Promise<string> => {
  const { body } = await api.call('POST', '/v1/sessions/tickets', { token, body: wanted });
  return String(body['ticket']);
};

/** As the page of the console does, unless other headers are given. */
export const signIn = async (
  api: ApiUnderTest,
  body: object,
  headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
) => {
  const answer = await api.call('POST', '/v1/sessions', { token: null, body, headers });
  const browser: BrowserHeaders = {
    cookie: cookieIn(answer.headers['set-cookie']),
    'x-pgrow-session': String(answer.body['secret']),
    'sec-fetch-site': 'same-origin',
  };
  return { ...answer, browser };
};

const cookieIn = (header: unknown): string => (typeof header === 'string' ? (header.split(';', 1)[0] ?? '') : '');

/** Status of a GET with a `Host` of the test's own choice, which `fetch` does not allow. */
export const askAs = ({
  port,
  path,
  headers,
}: {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
