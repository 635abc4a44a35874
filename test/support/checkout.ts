import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { repositoryRoot } from '../../src/launcher/paths.ts';

/** The repository in another folder, as a second clone of it, until the test ends. Where its sources differ it is another version. */
export interface Checkout {
  /** Its `./pgrow`. */
  readonly launcher: string;
  /** `name`: as of a file, `9001_note.sql`. */
  addMigration(name: string, sql: string): void;
}

export const openCheckout = (): Checkout => {
  // The true path: programs are found by it.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pgrow-checkout-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const part of ['pgrow', 'package.json', 'package-lock.json', 'src', 'images', 'tools'])
    cpSync(join(repositoryRoot, part), join(folder, part), { recursive: true });
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
  return {
    launcher: join(folder, 'pgrow'),
    addMigration: (name, sql) => writeFileSync(join(folder, 'src/store/migrations', name), sql),
  };
};
