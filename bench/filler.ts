import { applicationName } from '../src/domain/database.ts';
import { accessDatabase, onPrimary } from './database-access.ts';
import type { Bench } from './bench.ts';

/** Random pieces that the rows are made of. One comes back only after 2 MB, out of the reach of most compression. */
const pieceCount = 2000;
/** Each takes all pieces once, as rows of which seven fit on a page: 460 make 1 GB on disk. */
const rounds = 460;
const bytesPerPiece = 1024;

/** Fills a database with 1 GB that no compression makes smaller, made on the server, written out before it answers. */
export const fill = async (bench: Bench, name: string): Promise<void> => {
  const access = await accessDatabase(bench, name);
  const began = performance.now();
  await onPrimary(
    bench,
    access,
    async (connection) => {
      await connection.query(
        `CREATE TEMPORARY TABLE piece AS
           SELECT p AS number, string_agg(uuid_send(gen_random_uuid()), ''::bytea) AS content
             FROM generate_series(0, ${pieceCount - 1}) AS p, generate_series(1, ${bytesPerPiece / 16}) GROUP BY p`,
      );
      await connection.query('CREATE TABLE bench_filler (id bigint NOT NULL, content bytea NOT NULL)');
      await connection.query('ALTER TABLE bench_filler ALTER content SET STORAGE PLAIN');
      // A join would bring equal pieces together.
      await connection.query(
        `DO $$ BEGIN
           FOR round IN 0..${rounds - 1} LOOP
             INSERT INTO bench_filler SELECT round * ${pieceCount} + number, content FROM piece;
           END LOOP;
         END $$`,
      );
      await connection.query('ALTER TABLE bench_filler ADD PRIMARY KEY (id)');
      await connection.query('VACUUM (FREEZE, ANALYZE) bench_filler');
      await connection.query('CHECKPOINT');
    },
    applicationName(name),
  );
  bench.say(`  filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
};
