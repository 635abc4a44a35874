import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { applicationName } from '../../src/domain/database.ts';
import type { EndpointName } from '../../src/domain/endpoints.ts';
import { retryUntil } from './retry-until.ts';
import type { ManagedDatabase } from './stack.ts';

/**
 * Applications on both sides of a partition: some reach the database by its endpoints, some run beside the leader and
 * write into it whatever becomes of the network.
 */
export interface BothSides {
  /** Cuts the leader off, once every application has had a write acknowledged. */
  cut<T>(cutOff: () => Promise<T>): Promise<T>;
  /** Until a write by way of an endpoint was acknowledged by a leader after the one that was cut off. */
  succeeded(): Promise<void>;
  /** At no time were writes taken on both sides, and none is missing that a standby had to confirm. */
  expectOneSideAtATime(): Promise<void>;
  stop(): void;
}

/** Beside the leader: one waits for a standby as everybody does, one does not, so that the leader can answer it alone. */
const commits = { confirmed: 'on', unconfirmed: 'local' } as const;
const outside: readonly EndpointName[] = ['pooled', 'read_write'];

interface Acknowledgement {
  readonly writer: string;
  readonly number: number;
  /** Every leader has its own. */
  readonly timeline: number;
  /** By the server's clock, before the commit. Milliseconds since the epoch, as below. */
  readonly began: number;
  /** By the application's clock, after the commit. */
  readonly ended: number;
}

const insert = (values: string): string => `
  insert into both_sides (writer, number) values (${values}) returning
    ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as timeline,
    extract(epoch from clock_timestamp())::float8 * 1000 as began`;

/** Ends with its standard input. One that is refused tries again, as an application does. */
const besideTheLeader = `
import json, os, psycopg2, sys, threading, time
database, writer, commit, insert = sys.argv[1:]
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
number = 0
while True:
    try:
        session = psycopg2.connect(
            dbname=database, user='postgres', host='/run/postgresql', options='-c synchronous_commit=' + commit)
        session.autocommit = True
        cursor = session.cursor()
        while True:
            number += 1
            cursor.execute(insert, (writer, number))
            timeline, began = cursor.fetchone()
            ended = time.time() * 1000
            print(json.dumps(dict(writer=writer, number=number, timeline=timeline, began=began, ended=ended)), flush=True)
            time.sleep(0.02)
    except psycopg2.Error:
        time.sleep(0.02)
`;

/** Longer than any silence of a node that is cut off. */
const silenceMs = 600_000;
const patienceMs = 120_000;

export const writeOnBothSides = async (database: ManagedDatabase, leader: string): Promise<BothSides> => {
  await database.query('drop table if exists both_sides');
  await database.query('create table both_sides (writer text, number int, primary key (writer, number))');
  const { container } = (await database.nodes('postgres')).find(({ name }) => name === leader)!;
  const acknowledged: Acknowledgement[] = [];
  const stopping = new AbortController();

  for (const [writer, commit] of Object.entries(commits)) {
    const command = ['python3', '-c', besideTheLeader, applicationName(database.name), writer, commit];
    const exec = await database.plane.platform.execInteractive(container, [...command, insert('%s, %s')]);
    stopping.signal.addEventListener('abort', () => exec.close());
    void (async () => {
      for (;;) acknowledged.push(JSON.parse(await exec.readLine(silenceMs)) as Acknowledgement);
    })().catch(() => undefined);
  }
  for (const writer of outside) {
    const endpoint = await database.endpoint(writer);
    void writeThrough(endpoint, writer, acknowledged, stopping.signal);
  }

  let cutAt = 0;
  const reign = () => Math.min(...acknowledged.map(({ timeline }) => timeline));
  return {
    async cut(cutOff) {
      await retryUntil('every application to write', async () =>
        expect(new Set(acknowledged.map(({ writer }) => writer))).toEqual(
          new Set([...Object.keys(commits), ...outside]),
        ),
      );
      const done = await cutOff();
      cutAt = Date.now();
      return done;
    },
    succeeded: () =>
      retryUntil(
        `a write on a leader after ${leader}`,
        async () => {
          const after = acknowledged.filter(({ timeline }) => timeline > reign()).map(({ writer }) => writer);
          for (const writer of outside) expect(after).toContain(writer);
        },
        patienceMs,
      ),
    async expectOneSideAtATime() {
      // They continue writing: what was acknowledged before the table is looked at has to be in it.
      const known = [...acknowledged];
      const cutOff = known.filter(({ timeline }) => timeline === reign());
      const after = known.filter(({ timeline }) => timeline > reign());
      // The node that was cut off did take writes: else nothing is shown here.
      expect(cutOff.filter(({ writer, began }) => writer === 'unconfirmed' && began > cutAt)).not.toEqual([]);
      const last = Math.max(...cutOff.map(({ ended }) => ended));
      const first = Math.min(...after.map(({ began }) => began));
      expect({ last_of_the_one: last, ms_before_the_first_of_the_other: first - last }).toMatchObject({
        ms_before_the_first_of_the_other: expect.toSatisfy((ms: number) => ms > 0),
      });
      const rows = await database.query<{ writer: string; number: number }>('select writer, number from both_sides');
      const there = new Set(rows.map(({ writer, number }) => `${writer} ${number}`));
      const missing = known.filter(
        ({ writer, number }) => writer !== 'unconfirmed' && !there.has(`${writer} ${number}`),
      );
      expect(missing).toEqual([]);
    },
    stop: () => stopping.abort(),
  };
};

const writeThrough = async (
  endpoint: pg.ClientConfig,
  writer: string,
  acknowledged: Acknowledgement[],
  stopping: AbortSignal,
): Promise<void> => {
  for (let number = 1; !stopping.aborted;) {
    const client = new pg.Client({ ...endpoint, connectionTimeoutMillis: 60_000, query_timeout: 60_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (; !stopping.aborted; number += 1) {
        const { rows } = await client.query<Pick<Acknowledgement, 'timeline' | 'began'>>(insert('$1, $2'), [
          writer,
          number,
        ]);
        acknowledged.push({ writer, number, ...rows[0]!, ended: Date.now() });
        await delay(20);
      }
    } catch {
      // Whether it was written no one knows: the next one has another number.
      number += 1;
      await delay(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
};
