import { applicationName } from '../../src/domain/database.ts';
import { roles } from '../../src/domain/naming.ts';
import { defaultTable } from '../../src/workload/write-transaction.ts';
import type { ManagedDatabase } from './stack.ts';

/** Everything that PostgreSQL itself would write down of a database, as text that can be compared. */
export interface WholeContent {
  /** Tables with their rows, sequences, large objects, extensions, functions, rights, settings of the database. */
  readonly dump: string;
  /** Roles with their memberships, settings and passwords. */
  readonly globals: string;
}

/** Roles whose passwords are pgrow's affair: every database has its own. */
const managedRoles = [...Object.values(roles), 'APPLICATION'];

/** What other helpers write while a scenario runs: workload and visits. */
const ofTheTests = [defaultTable, 'visits*'];

/** Of one node; without what pgrow keeps in it for itself, and with another name for the application. */
export const contentOf = async (database: ManagedDatabase, node = 'postgres-1'): Promise<WholeContent> => {
  const application = applicationName(database.name);
  const dump = await database.runOn(node, [
    'pg_dump',
    '-U',
    'postgres',
    '--create',
    '--exclude-schema=pgrow',
    ...ofTheTests.map((table) => `--exclude-table=${table}`),
    application,
  ]);
  const globals = await database.runOn(node, ['pg_dumpall', '-U', 'postgres', '--globals-only']);
  const comparable = (text: string): string =>
    text
      .replaceAll(application, 'APPLICATION')
      .split('\n')
      // A new random word each time.
      .filter((line) => !/^\\(un)?restrict /.test(line))
      // Made when it is needed for the first time.
      .filter((line) => !line.includes(roles.reader))
      .map((line) =>
        line.replace(new RegExp(`^(ALTER ROLE (?:${managedRoles.join('|')}) .*PASSWORD) '.*'`), "$1 'ITS OWN'"),
      )
      .join('\n');
  return { dump: comparable(dump), globals: comparable(globals) };
};

/** As the application and as the superuser: something of every kind that a copy could lose. */
export const fillWithEverything = async (database: ManagedDatabase, node = 'postgres-1'): Promise<void> => {
  const application = applicationName(database.name);
  await database.query(`
    create extension hstore;
    create schema stock;
    create type stock.size as enum ('small', 'large');
    create sequence stock.numbers start 100 increment 5;
    create table stock.items (
      number bigint primary key default nextval('stock.numbers'), size stock.size not null, features hstore, note text);
    insert into stock.items (size, features, note)
      select case when n % 3 = 0 then 'small' else 'large' end::stock.size, hstore('n', n::text), repeat('ü', n)
      from generate_series(1, 500) n;
    create index on stock.items using gin (features);
    create view stock.small as select * from stock.items where size = 'small';
    create function stock.count() returns bigint language sql as 'select count(*) from stock.items';
    create table journal (day date not null, entry text) partition by range (day);
    create table journal_2026 partition of journal for values from ('2026-01-01') to ('2027-01-01');
    insert into journal select date '2026-01-01' + n, 'entry ' || n from generate_series(0, 300) n;
    comment on table journal is 'by year';
    select lo_from_bytea(4711, decode(repeat('c0ffee', 10000), 'hex')), lo_from_bytea(4712, '\\x00');
    create table to_be_dropped as select 1 as one`);
  for (const statement of [
    `create role reporting login password 'that of the reports' connection limit 5`,
    'create role readers nologin',
    'grant readers to reporting',
    'grant usage on schema stock to readers',
    'grant select on stock.items to readers',
    `alter role reporting set work_mem = '7MB'`,
    `alter role ${application} in database ${application} set statement_timeout = '77s'`,
    `alter database ${application} set timezone = 'Europe/Berlin'`,
    // No one is there to subscribe to; it tries for ever.
    `create subscription elsewhere connection 'host=elsewhere' publication news with (connect = false, slot_name = 'news')`,
    'alter subscription elsewhere enable',
  ])
    await database.queryNode(node, statement);
};

/** Changes something of every kind that `fillWithEverything` has made. */
export const changeEverything = async (database: ManagedDatabase, node = 'postgres-1'): Promise<void> => {
  const application = applicationName(database.name);
  await database.query(`
    insert into stock.items (size, note) values ('large', 'later');
    update stock.items set note = 'changed' where number < 200;
    delete from journal where day > '2026-06-01';
    drop table to_be_dropped;
    select lo_unlink(4712), lo_put(4711, 0, 'changed');
    create table added_later as select 2 as two`);
  for (const statement of [
    `alter role reporting password 'another one'`,
    'create role added_later',
    `alter database ${application} set timezone = 'Asia/Tokyo'`,
    'revoke select on stock.items from readers',
  ])
    await database.queryNode(node, statement);
};
