import { describe, expect, test } from 'vitest';
import { problemsOf } from '../input-problems.ts';
import { hears, newChannelInput, partsOf } from './channels.ts';
import { noticeTypes } from './notice.ts';

const mail = { to: ['ops@example.com'], from: 'pgrow@example.com', host: 'smtp.example.com' };
const problems = (channel: object) => {
  const input = { name: 'ops', project: 'default', ...channel };
  const { error } = newChannelInput.safeParse(input);
  return error ? problemsOf(newChannelInput, error, input).map(({ path, allowed }) => `${path}: ${allowed}`) : [];
};

describe('a channel', () => {
  test.each([
    [{ webhook: { url: 'https://hooks.example.com/x' } }],
    [{ webhook: { url: 'http://127.0.0.1:8080/x', allow_private: true } }],
    [{ email: { ...mail, user: 'u', password: 'p' } }],
    [{ email: { ...mail, host: '10.0.0.5', security: 'none', allow_private: true } }],
  ])('is taken: %o', (channel) => expect(problems(channel)).toEqual([]));

  test.each<[object, string]>([
    [{}, 'webhook: either webhook or email'],
    [{ webhook: { url: 'https://a.example' }, email: mail }, 'webhook: either webhook or email'],
    [{ webhook: { url: 'ftp://a.example' } }, 'webhook.url: an https:// URL'],
    [{ webhook: { url: 'http://a.example' } }, 'webhook.url: an https:// URL; for HTTP without TLS, set allow_private'],
    [
      { webhook: { url: 'https://u:p@a.example' } },
      'webhook.url: a URL without a user and a password: receivers verify the signature',
    ],
    ...['https://127.0.0.1/', 'https://0x7f.1/', 'https://[::ffff:10.0.0.1]/', 'https://localhost/'].map(
      (url) =>
        [{ webhook: { url } }, 'webhook.url: a public address; for another one, set allow_private'] as [object, string],
    ),
    [{ email: { ...mail, host: '192.168.0.1' } }, 'email.host: a public address; for another one, set allow_private'],
    [{ email: { ...mail, user: 'u' } }, 'email.password: a password with a user, or neither'],
    [
      { email: { ...mail, security: 'none', user: 'u', password: 'p' } },
      'email.security: starttls, tls: a password is not sent in clear',
    ],
    [{ email: { ...mail, to: ['ops'] } }, 'email.to.0: an e-mail address'],
  ])('is refused: %o', (channel, problem) => expect(problems(channel)).toEqual([problem]));

  test('shows its target without what may be a token', () => {
    const parse = (channel: object) => newChannelInput.parse({ name: 'ops', project: 'default', ...channel });
    const slack = { url: 'https://hooks.slack.com/services/T0/B0/token', format: 'slack' };
    expect(partsOf(parse({ webhook: slack }), 'whsec_x')).toEqual({
      settings: { kind: 'webhook', format: 'slack', allow_private: false },
      secrets: { url: slack.url },
      target: 'https://hooks.slack.com/…',
    });
    expect(partsOf(parse({ webhook: { url: 'https://a.example' } }), 'whsec_x')).toMatchObject({
      secrets: { url: 'https://a.example', signing: 'whsec_x' },
      target: 'https://a.example',
    });
    const sent = partsOf(parse({ email: { ...mail, user: 'u', password: 'p' } }), 'whsec_x');
    expect(sent).toMatchObject({ secrets: { password: 'p' }, target: 'ops@example.com through smtp.example.com:587' });
    expect(JSON.stringify(sent.settings)).not.toContain('password');
  });
});

describe('a channel hears', () => {
  const channel = { project: 'default', database: null, events: noticeTypes } as const;
  const notice = { type: 'failover', project: 'default', database: 'shop' } as const;

  test.each([
    ['of its project', channel, notice, true],
    ['of every project', { ...channel, project: '*' }, notice, true],
    ['of no other project', { ...channel, project: 'sales' }, notice, false],
    ['of its database', { ...channel, database: 'shop' }, notice, true],
    ['of no other database', { ...channel, database: 'other' }, notice, false],
    ['of no other event', { ...channel, events: ['maintenance.done'] as const }, notice, false],
    ['what concerns all databases', { ...channel, database: 'shop' }, { ...notice, database: null }, true],
    ['what concerns all projects', channel, { ...notice, project: '*', database: null }, true],
    ['no tests of others', channel, { ...notice, type: 'test' as const }, false],
  ])('%s', (_, listener, happened, heard) => expect(hears(listener, happened)).toBe(heard));
});
