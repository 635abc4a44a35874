import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test.for([
  [[], { stages: true, moves: true, changes: true, peer: true }],
  [['--only', 'stages'], { stages: true, moves: false, changes: false, peer: false }],
  [['--only', 'moves'], { stages: false, moves: true, changes: false, peer: true }],
  [['--only', 'changes'], { stages: false, moves: false, changes: true, peer: false }],
  [['--only', 'peer'], { stages: false, moves: false, peer: true }],
] as const)('%j measures %j', ([given, parts]) => {
  expect(readOptions(given)).toMatchObject({ ...parts, json: null, picture: null });
});

test('a picture is drawn of moves', () => {
  expect(readOptions(['--only', 'moves', '--picture', 'docs'])).toMatchObject({ picture: 'docs' });
  expect(() => readOptions(['--only', 'stages', '--picture', 'docs'])).toThrow(/--picture docs: .*--only stages/);
});

test.for([
  [['--only', 'switchovers'], /--only switchovers: stages, moves, changes, peer/],
  [['--size', '2gb'], /--size 2gb: empty, 1gb or both/],
  [['--repeat', '0'], /--repeat 0: a whole number from 1/],
] as const)('%j is refused', ([given, message]) => {
  expect(() => readOptions(given)).toThrow(message);
});
