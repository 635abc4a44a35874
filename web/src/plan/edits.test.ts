// @vitest-environment node
import { expect, test } from 'vitest';
import { countOf, wishedPaths, wishedValue, withEdit, withExtension, withSetting, withWish } from './edits.ts';

test('every thing that is edited counts once, and is taken back without a trace', () => {
  const edits = withExtension(withSetting(withEdit({}, 'memory', '4GiB'), 'work_mem', '16MB'), 'vector', true);
  expect(edits).toEqual({ memory: '4GiB', settings: { work_mem: '16MB' }, extensions: ['vector'] });
  expect(countOf(edits)).toBe(3);
  expect(countOf(withSetting(edits, 'jit', null))).toBe(4);
  const back = withExtension(withSetting(withEdit(edits, 'memory', undefined), 'work_mem', undefined), 'vector', false);
  expect(back).toEqual({});
});

test('a limit that is taken away is an edit too', () => {
  expect(countOf({ storage: null })).toBe(1);
});

test('what a problem names is found by its path, dots in names of settings included', () => {
  const edits = { cpus: 2, settings: { 'auto_explain.log_min_duration': '1s' }, extensions: ['vector', 'nothing'] };
  expect(wishedPaths(edits)).toEqual([
    'cpus',
    'settings.auto_explain.log_min_duration',
    'extensions.0',
    'extensions.1',
  ]);
  expect(wishedPaths(edits).map((path) => wishedValue(edits, path))).toEqual(['2', '1s', 'vector', 'nothing']);
  expect(withWish(edits, 'settings.auto_explain.log_min_duration', '2s')).toMatchObject({
    settings: { 'auto_explain.log_min_duration': '2s' },
  });
  expect(withWish(edits, 'extensions.1', undefined)['extensions']).toEqual(['vector']);
  expect(withWish(edits, 'cpus', '1.5')['cpus']).toBe(1.5);
});
