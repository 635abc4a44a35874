import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  addContext,
  chooseFrom,
  isUnencrypted,
  parseApiUrl,
  readConfiguration,
  removeContext,
  useContext,
  type Configuration,
} from './contexts.ts';

const prod = { api: 'https://pgrow.example.org', project: 'team-a', token_file: '/run/prod.token' };
const configuration: Configuration = { current: 'prod', contexts: { prod, stage: { ...prod, project: 'default' } } };
const nothing = { option: undefined, variable: undefined, namesHome: false, configuration: () => configuration };

test('the option is stronger than the variable, that than a named home, that than "config use"', () => {
  expect(chooseFrom({ ...nothing, option: 'stage', variable: 'prod' })).toMatchObject({
    name: 'stage',
    chosenBy: '--context',
  });
  expect(chooseFrom({ ...nothing, variable: 'stage', namesHome: true })).toMatchObject({
    name: 'stage',
    chosenBy: 'PGROW_CONTEXT',
  });
  expect(chooseFrom({ ...nothing, namesHome: true })).toMatchObject({ name: 'local', remote: null });
  expect(chooseFrom(nothing)).toEqual({ name: 'prod', chosenBy: 'config use', project: 'team-a', remote: prod });
  expect(chooseFrom({ ...nothing, configuration: () => ({ ...configuration, current: null }) })).toMatchObject({
    name: 'local',
    chosenBy: 'default',
    project: 'default',
  });
});

// `serve` ended under systemd, whose user has no home that can be read.
test('contexts are read only where they decide', () => {
  const unread = () => {
    throw new Error('was read');
  };
  for (const local of [{ namesHome: true }, { option: 'local' }, { variable: 'local' }]) {
    expect(chooseFrom({ ...nothing, configuration: unread, ...local })).toMatchObject({ name: 'local', remote: null });
  }
  expect(() => chooseFrom({ ...nothing, configuration: unread })).toThrow('was read');
});

test('contexts that cannot be read are named, with the way to do without', () => {
  const path = mkdtempSync(join(tmpdir(), 'pgrow-contexts-'));
  expect(() => readConfiguration(path)).toThrow(
    `The contexts in ${path} cannot be read: EISDIR: illegal operation on a directory, read. Make the file readable, or name the home`,
  );
  rmSync(path, { recursive: true });
});

test('a context that is not there is answered with those that are, and the one that was meant', () => {
  expect(() => chooseFrom({ ...nothing, option: 'pord' })).toThrow(
    'There is no context pord, only local, prod, stage. Did you mean prod?',
  );
  expect(() => chooseFrom({ ...nothing, option: 'constructor' })).toThrow('There is no context constructor');
});

test('a name is given once, and "local" to none', () => {
  expect(() => addContext(configuration, 'prod', prod)).toThrow('./pgrow config remove prod');
  expect(() => addContext(configuration, 'local', prod)).toThrow('There is a context local already');
  expect(() => addContext(configuration, '--prod', prod)).toThrow('cannot be that of a context');
  expect(addContext(configuration, 'other', prod).contexts['other']).toBe(prod);
});

test('who removes the context in use is back at the local one', () => {
  expect(removeContext(configuration, 'prod')).toEqual({
    current: null,
    contexts: { stage: configuration.contexts['stage'] },
  });
  expect(removeContext(configuration, 'stage').current).toBe('prod');
  expect(() => removeContext(configuration, 'local')).toThrow('always there');
  expect(useContext(configuration, 'local').current).toBeNull();
});

test('an address is http or https, without a password in it', () => {
  expect(parseApiUrl('https://pgrow.example.org/')).toBe('https://pgrow.example.org');
  expect(parseApiUrl('http://[::1]:21088')).toBe('http://[::1]:21088');
  for (const wrong of ['pgrow.example.org', 'ftp://a', 'https://me:secret@a', 'https://a/?token=1']) {
    expect(() => parseApiUrl(wrong)).toThrow('cannot be the address of an API');
  }
  expect(
    ['http://a.example', 'http://127.0.0.1:1', 'http://localhost', 'https://a.example'].map(isUnencrypted),
  ).toEqual([true, false, false, false]);
});
