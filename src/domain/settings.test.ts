import { describe, expect, test } from 'vitest';
import {
  agreedByAlterSystem,
  firstSettings,
  loweredByRestart,
  settingsToCarry,
  settingsToKeep,
  type FileSetting,
} from './settings.ts';

const file = (name: string, value: string): FileSetting => ({ name, value, by_alter_system: false });
const altered = (name: string, value: string): FileSetting => ({ name, value, by_alter_system: true });
const ours = { max_connections: 200, wal_level: 'replica' };

describe('a new database', () => {
  test.each([
    ['C.UTF-8', 'pg_catalog.english', 'ISO, MDY'],
    ['en_US.UTF-8', 'pg_catalog.english', 'ISO, MDY'],
    ['de_DE.UTF-8', 'pg_catalog.german', 'ISO, DMY'],
    ['ja_JP.UTF-8', 'pg_catalog.simple', 'ISO, YMD'],
    ['sr_RS.UTF-8@latin', 'pg_catalog.serbian', 'ISO, DMY'],
  ])('of %s searches in %s and reads dates as %s', (locale, default_text_search_config, DateStyle) => {
    expect(firstSettings(locale)).toMatchObject({ default_text_search_config, DateStyle, lc_time: locale });
  });

  test('writes its log in English, in UTC', () => {
    expect(firstSettings('fr_FR.UTF-8')).toMatchObject({ lc_messages: 'C.UTF-8', log_timezone: 'Etc/UTC' });
  });
});

describe('what the servers to come are given', () => {
  const keep = (lines: readonly FileSetting[], defaults = {}) =>
    settingsToKeep({ lines, defaults, running: {} }, { ours: [ours, { max_connections: 100 }], chosen: [], kept: {} });

  // At stage 0 `simple` by default, at stage 3 `english` because Patroni includes initdb's file, and back again.
  test('is what the present one has by default where no file says anything, and what its files say where they do', () => {
    const defaults = { default_text_search_config: 'pg_catalog.simple', TimeZone: 'GMT' };
    expect(keep([], defaults)).toEqual(defaults);
    const initdb = [file('timezone', 'Etc/UTC'), file('default_text_search_config', 'pg_catalog.english')];
    expect(keep(initdb, defaults)).toEqual({
      default_text_search_config: 'pg_catalog.english',
      TimeZone: 'Etc/UTC',
    });
  });

  test('is the last of what its files say', () => {
    expect(keep([file('timezone', 'Etc/UTC'), file('TimeZone', 'Asia/Tokyo')])).toEqual({ TimeZone: 'Asia/Tokyo' });
  });

  // It would stay when ALTER SYSTEM RESET takes it back.
  test('leaves out what ALTER SYSTEM has set, which is carried by itself', () => {
    expect(keep([file('timezone', 'GMT'), altered('timezone', 'Asia/Tokyo')])).toEqual({ TimeZone: 'GMT' });
  });

  // Someone has raised it in Patroni's own configuration; a plain standby with less would not start.
  test('has more connections where the cluster has agreed on more, and is ours to choose where it has not', () => {
    expect(keep([file('max_connections', '400'), file('wal_level', 'replica')])).toEqual({ max_connections: '400' });
  });

  // It would stay when it is no longer chosen, or for servers of another size.
  test('is nothing that an operator has chosen, nor what follows from the size of a server, and what was kept under it stays', () => {
    const lines = [file('max_connections', '300'), file('timezone', 'Asia/Tokyo')];
    const decided = { ours: [ours], chosen: ['max_connections', 'timezone'] };
    const server = { lines, defaults: {}, running: {} };
    expect(settingsToKeep(server, { ...decided, kept: {} })).toEqual({});
    const kept = { TimeZone: 'GMT', max_connections: '250' };
    expect(settingsToKeep(server, { ...decided, kept })).toEqual(kept);
    expect(keep([file('max_connections', '100')])).toEqual({});
  });
});

describe('a new Patroni cluster', () => {
  const agreed = (lines: readonly FileSetting[], running = { max_connections: '200' }) =>
    agreedByAlterSystem({ lines, running });

  // `wal_level` was `replica` on the new leader, and the slots of logical replication were gone.
  test('agrees on what ALTER SYSTEM has set of what Patroni would override', () => {
    expect(
      agreed([altered('wal_level', 'logical'), altered('work_mem', '64MB'), file('max_wal_senders', '5')]),
    ).toEqual({
      wal_level: 'logical',
    });
  });

  test('has no less than its primary runs with, or it could not replay', () => {
    expect(agreed([altered('max_connections', '100')])).toEqual({ max_connections: '200' });
    expect(agreed([altered('max_connections', '400')])).toEqual({ max_connections: '400' });
  });
});

describe('what is carried to another server', () => {
  test('is what ALTER SYSTEM has set on the one and not, or otherwise, on the other', () => {
    const from = { lines: [file('a', '1'), altered('work_mem', '64MB'), altered('jit', 'off'), altered('same', '1')] };
    const to = { lines: [altered('jit', 'on'), altered('same', '1')] };
    expect(settingsToCarry(from, to, 'successor')).toEqual({ work_mem: '64MB', jit: 'off' });
  });

  test('is taken back where it was taken back', () => {
    const to = { lines: [altered('work_mem', '64MB')] };
    expect(settingsToCarry({ lines: [] }, to, 'successor')).toEqual({ work_mem: null });
  });

  test('is nothing of what makes a server follow another', () => {
    const lines = [
      altered('primary_conninfo', 'host=x'),
      altered('recovery_target', 'immediate'),
      altered('port', '1'),
    ];
    expect(settingsToCarry({ lines }, { lines: [] }, 'successor')).toEqual({});
  });

  // A replica for reports has longer time-outs than the primary.
  test('is, to one that continues following, nothing that was set on itself, but what it could not replay without', () => {
    const from = { lines: [altered('work_mem', '64MB'), altered('jit', 'off'), altered('max_connections', '400')] };
    const to = {
      lines: [altered('work_mem', '1GB'), altered('statement_timeout', '0'), altered('max_connections', '300')],
    };
    expect(settingsToCarry(from, to, 'follower')).toEqual({ jit: 'off', max_connections: '400' });
  });
});

// As a standby of one that has more it would not start.
test('a server that will have less after its next start is found before that start', () => {
  const running = { max_connections: '400', max_wal_senders: '20' };
  const lines = [file('max_connections', '200'), file('max_wal_senders', '20'), altered('max_wal_senders', '30')];
  expect(loweredByRestart({ lines, running }, ['max_connections', 'max_wal_senders'])).toEqual([
    'max_connections 200 instead of 400',
  ]);
  expect(loweredByRestart({ lines, running }, [])).toEqual([]);
});
