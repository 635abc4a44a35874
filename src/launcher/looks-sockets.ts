import { readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { orderAnswerers, type LooksSockets } from '../domain/answerers.ts';
import type { Home } from './home.ts';
import { readPrepared } from './prepared.ts';

/** Those in its `run`. */
export const looksSockets = (home: Pick<Home, 'path'>): LooksSockets => {
  const run = join(home.path, 'run');
  return {
    list: () => {
      const sockets = readdirSync(run, { withFileTypes: true }).filter((entry) => entry.isSocket());
      return orderAnswerers(
        sockets.map(({ name }) => name),
        readPrepared(home),
      );
    },
    pathOf: ({ socket }) => relative(process.cwd(), join(run, socket)),
    forget: ({ socket, isUnique }) => {
      // Another process may be about to take over a name that is not unique.
      if (!isUnique) return;
      for (const file of [socket, socket.replace(/sock$/, 'ready')]) rmSync(join(run, file), { force: true });
    },
  };
};
