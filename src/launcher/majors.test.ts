import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepMajors, readMajors } from './majors.ts';

// An update changes all images: a database of another major could not have been given a new node after it.
test('majors whose images were asked for once are built by every later start as well', () => {
  const home = { path: mkdtempSync(join(tmpdir(), 'pgrow-majors-')) };
  expect(readMajors(home)).toEqual([]);
  keepMajors(home, [18]);
  keepMajors(home, [15, 18]);
  keepMajors(home, []);
  expect(readMajors(home)).toEqual([15, 18]);
  rmSync(home.path, { recursive: true });
});
