import { describe, expect, test } from 'vitest';
import { postgresMajors } from './database.ts';
import { extensionRefusal, findOffered } from './offered-extensions.ts';

describe('extensions that can be asked for', () => {
  test.each(postgresMajors)('are those of PostgreSQL itself for %i', (major) => {
    for (const name of ['pg_trgm', 'pgcrypto', 'hstore', 'uuid-ossp']) expect(extensionRefusal(name, major)).toBeNull();
  });

  test('say which library the server has to load', () => {
    expect(findOffered('pg_stat_statements', 17)).toMatchObject({ library: 'pg_stat_statements' });
    expect(findOffered('hstore', 17)).not.toHaveProperty('library');
  });

  test('are only those that Debian has for the major', () => {
    expect(extensionRefusal('vector', 17)).toBeNull();
    expect(findOffered('vector', 15)).toBeNull();
    const refusal = extensionRefusal('vector', 15)!;
    expect(refusal).toContain('Debian has it for PostgreSQL 17 and 18, not for 15');
    expect(refusal.slice(refusal.indexOf('there are'))).not.toContain('vector');
  });
});

describe('a refusal', () => {
  test.each(['adminpack', 'file_fdw', 'dblink', 'postgres_fdw', 'earthdistance', 'pg_surgery', 'plpgsql'])(
    'of %s says why, and what there is instead',
    (name) => {
      expect(extensionRefusal(name, 17)).toMatch(
        new RegExp(
          `^Extension ${name} is not offered: (?!it is not among)[^.]+\\. For PostgreSQL 17 there are bloom, .*, vector\\.$`,
        ),
      );
    },
  );

  test('names the one that was meant', () => {
    expect(extensionRefusal('pgvector', 18)).toContain('PostgreSQL calls it vector.');
    expect(extensionRefusal('uuid_ossp', 15)).toContain('PostgreSQL calls it uuid-ossp.');
    expect(extensionRefusal('Hstore', 17)).toContain('PostgreSQL calls it hstore.');
  });

  test.each(['timescaledb', 'constructor', "x'; DROP TABLE t"])('of %s, which is unknown, says so', (name) => {
    expect(extensionRefusal(name, 17)).toContain(
      `Extension ${name} is not offered: it is not among those that pgrow knows.`,
    );
  });
});
