import { setTimeout as delay } from 'node:timers/promises';
import { PgrowError } from '../domain/errors.ts';
import { refusalOf } from '../domain/refused-settings.ts';
import type { Settings } from '../domain/settings.ts';
import type { NodeRef } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';

/** Seconds for all of them; the server needs ten milliseconds for one. The script ends in the container, also if its caller is gone. */
const limitSeconds = 15;
/** A little longer, so that the script says first that it took too long. */
const callLimitMs = (limitSeconds + 5) * 1000;

/**
 * The server's program reads one setting as it would at its start, and ends: it opens no port and no data, whether or not a server
 * runs beside it. Any directory does for its data, and an empty file for its configuration.
 */
const script = `
for each in "$@"; do
  said=$(timeout 5 postgres -D / --config-file=/dev/null -C "\${each%%=*}" -c log_line_prefix= -c "$each" 2>&1 >/dev/null)
  printf '%s %s\\036' $? "$said"
done`;

/** Containers in which a trial runs. */
const trials = new Set<string>();

/**
 * Each value is a program that starts beside the server: however many ask, one trial runs in a container at a time. The others
 * wait for it, but not for long: the process that began it may have died.
 */
const inTurn = async <T>(container: string, trial: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + turnLimitMs;
  while (trials.has(container) && performance.now() < deadline) await delay(pollMs);
  trials.add(container);
  try {
    return await trial();
  } finally {
    trials.delete(container);
  }
};

const turnLimitMs = 2000;
const pollMs = 20;

/**
 * What the program of a server says of values that it would not start with, by name. Those of libraries are not looked at, which
 * it does not load for this; those that pgrow refuses anyway are not given to it.
 * @throws PgrowError `no_answer` when the program does not end
 */
export const trySettings = async (
  platform: Pick<Platform, 'exec'>,
  { name: node, container }: NodeRef,
  wanted: Settings,
): Promise<Readonly<Record<string, string>>> => {
  const tried = Object.entries(wanted).filter(([name]) => !name.includes('.') && refusalOf(name) === null);
  if (tried.length === 0) return {};
  const each = tried.map(([name, value]) => `${name}=${value}`);
  const command = ['timeout', '-k', '1', String(limitSeconds), 'sh', '-c', script, 'sh', ...each];
  const { exitCode, stdout } = await inTurn(container, () =>
    platform.exec(container, command, undefined, { timeoutMs: callLimitMs }),
  );
  if (exitCode !== 0) {
    throw new PgrowError(
      'no_answer',
      `${node} did not try ${tried.map(([name]) => name).join(', ')} within ${limitSeconds} s. Nothing was changed. Try again, with fewer settings at once if it is under load.`,
    );
  }
  const answers = stdout.split('\u001E');
  return Object.fromEntries(
    tried.flatMap(([name], index) => {
      const [, code, said = ''] = /^(\d+) ([^]*)$/.exec(answers[index] ?? '') ?? [];
      return code === '0' ? [] : [[name, inOneLine(said) ?? 'the server did not start with it']];
    }),
  );
};

/** Characters of what a server says. */
const longest = 300;

/** `invalid value for parameter "work_mem": "64XB"; valid units are …` */
const inOneLine = (said: string): string | null => {
  const parts = [...said.matchAll(/^(?:FATAL|DETAIL|HINT): {2}(.+)$/gm)].map(([, text]) => text!.replace(/\.$/, ''));
  const line = (parts.length > 0 ? parts : said.split('\n').filter(Boolean).slice(0, 1)).join('. ');
  return line === '' ? null : line.length > longest ? `${line.slice(0, longest)}…` : line;
};
