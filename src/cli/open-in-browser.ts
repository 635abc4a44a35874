import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { messageOf } from '../domain/errors.ts';
import { childEnvironment } from '../launcher/environment.ts';
import { replaceFile } from '../launcher/kept-files.ts';
import { findProgram } from '../launcher/run-command.ts';
import { leadingPage } from './web-link.ts';

/** They end once the browser has been called. */
const openers = ['xdg-open', 'wslview', 'open'] as const;
const openerLimitMs = 5_000;

/** @returns why the browser did not open; null if it did */
export const openInBrowser = async (
  link: string,
  { folder, find = findProgram }: { readonly folder: string; readonly find?: (name: string) => string | null },
): Promise<string | null> => {
  const opener = openers.map(find).find((path) => path !== null);
  if (opener === undefined) return `there is none of ${openers.join(', ')}`;
  const file = join(folder, 'web.html');
  try {
    replaceFile(file, leadingPage(link));
  } catch (error) {
    return messageOf(error);
  }
  return call(opener, file);
};

/** One that takes long has become the browser itself. */
const call = (opener: string, file: string): Promise<string | null> =>
  new Promise((resolve) => {
    const child = spawn(opener, [file], { detached: true, stdio: 'ignore', env: childEnvironment({}) });
    const late = setTimeout(() => resolve(null), openerLimitMs);
    const end = (why: string | null): void => {
      clearTimeout(late);
      resolve(why);
    };
    child.once('error', (error) => end(messageOf(error)));
    child.once('exit', (code) => end(code === 0 ? null : `${opener} ended with ${code ?? 'a signal'}`));
    child.unref();
  });
