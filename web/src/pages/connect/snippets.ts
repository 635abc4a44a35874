import type { ConnectionParts } from '../../format/connection.ts';

/** What a snippet is made of: one of the API's strings, and those that belong in an `.env` beside it. */
export interface SnippetInput {
  /** As the API gave it, or with a masked password. */
  readonly url: string;
  readonly parts: ConnectionParts;
  readonly directUrl: string;
  readonly readUrl: string;
  /** The command that needs no password; null where it does not lead. */
  readonly command: string | null;
  /** Transactions of one client run in different sessions. */
  readonly isTransactionPooled: boolean;
}

interface Snippet {
  readonly label: string;
  readonly code: (input: SnippetInput) => string;
  /** The driver's own caveats with transaction pooling. */
  readonly pooled?: string;
}

const settingsRefused = (option: string): string =>
  `${option} is refused when a connection begins: set it for the role, ALTER ROLE … SET.`;

export const snippets = {
  url: { label: 'URL', code: ({ url }) => url },
  psql: {
    label: 'psql',
    code: ({ command, parts: { host, port, user, database } }) =>
      [...(command === null ? [] : [command]), `psql -h ${host} -p ${port} -U ${user} -d ${database}`].join('\n'),
    pooled: 'PREPARE, LISTEN and SET need the direct address.',
  },
  env: {
    label: '.env',
    code: ({ url, directUrl, readUrl }) =>
      [
        `DATABASE_URL=${url}`,
        '# Migrations, LISTEN, sessions.',
        `DATABASE_URL_DIRECT=${directUrl}`,
        '# Reads that may be a moment old.',
        `DATABASE_URL_READ=${readUrl}`,
      ].join('\n'),
  },
  libpq: {
    label: 'libpq keywords',
    code: ({ parts: { host, port, user, password, database } }) =>
      Object.entries({ host, port, user, ...(password !== null && { password }), dbname: database })
        .map(([keyword, value]) => `${keyword}=${libpqValue(value)}`)
        .join(' '),
  },
  node: {
    label: 'Node pg',
    code: ({ url }) => `// DATABASE_URL=${url}
import pg from 'pg';

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  connectionTimeoutMillis: 15_000,
});`,
    pooled: settingsRefused('statement_timeout as an option'),
  },
  python: {
    label: 'Python psycopg',
    code: ({ url }) => `# DATABASE_URL=${url}
import os
import psycopg

with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=15) as connection: ...`,
    pooled: 'With a libpq older than 17, add prepare_threshold=None.',
  },
  go: {
    label: 'Go pgx',
    code: ({ url }) => `// DATABASE_URL=${url}
pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))`,
    pooled: settingsRefused('search_path in the URL'),
  },
  java: {
    label: 'Java JDBC',
    code: ({ parts: { host, port, user, password, database } }) =>
      `var connection = DriverManager.getConnection(
    "jdbc:postgresql://${host}:${port}/${database}",
    ${JSON.stringify(user)},
    ${password === null ? 'System.getenv("DATABASE_PASSWORD")' : JSON.stringify(password)});`,
    pooled: `Leave prepareThreshold as it is. ${settingsRefused('currentSchema')}`,
  },
  dotnet: {
    label: '.NET Npgsql',
    code: ({ parts: { host, port, user, password, database }, isTransactionPooled }) =>
      Object.entries({
        Host: host,
        Port: port,
        Username: user,
        ...(password !== null && { Password: password }),
        Database: database,
        Timeout: '15',
        ...(isTransactionPooled && { 'No Reset On Close': 'true' }),
      })
        .map(([keyword, value]) => `${keyword}=${npgsqlValue(value)}`)
        .join(';'),
    pooled: 'No Reset On Close: there is no session of its own to be reset.',
  },
  prisma: {
    label: 'Prisma',
    code: ({ url, directUrl }) => `// DATABASE_URL=${url}
// For prisma migrate: DATABASE_URL_DIRECT=${directUrl}
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/prisma/client';

const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL });
export const prisma = new PrismaClient({ adapter });`,
    pooled: 'Leave pgbouncer=true out: prepared statements work here. Migrations use the direct address.',
  },
  sqlalchemy: {
    label: 'SQLAlchemy',
    code: ({ url }) => `# DATABASE_URL=${url.replace('postgresql://', 'postgresql+psycopg://')}
import os
from sqlalchemy import create_engine

engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, pool_pre_ping=True, pool_recycle=600)`,
    pooled:
      'With a libpq older than 17, add connect_args={"prepare_threshold": None}. Alembic uses the direct address.',
  },
} as const satisfies Readonly<Record<string, Snippet>>;

export type SnippetName = keyof typeof snippets;
export const snippetNames = Object.keys(snippets) as readonly SnippetName[];

export const snippetOf = (name: SnippetName): Snippet => snippets[name];

/** In single quotes where it is empty or has a blank, a quote or a backslash in it. */
const libpqValue = (value: string): string =>
  /^[^\s'\\]+$/.test(value) ? value : `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`;

/** In quotes where it would end too early; a quote of the same kind is doubled. */
const npgsqlValue = (value: string): string => (/[;='"\s]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
