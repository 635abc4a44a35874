import { hasTransactionTimeout, type PostgresMajor } from '../../domain/database.ts';
import { roles } from '../../domain/naming.ts';
import { leastIterations, matchesVerifier, scramVerifier, usualIterations } from './scram.ts';

/** Passwords of the roles that are pgrow's alone. */
export interface OwnPasswords {
  readonly own: string;
  readonly reader: string;
  readonly probe: string;
  readonly pooler: string;
  readonly replication: string;
  readonly rewind: string;
}

interface OwnRole {
  readonly name: string;
  readonly rights: string;
  readonly password: string;
  readonly iterations: number;
}

const no = 'NOSUPERUSER NOCREATEDB NOCREATEROLE';

/** Each has the rights that its purpose needs, and no others. */
const ownRoles = (passwords: OwnPasswords): readonly OwnRole[] => [
  { name: roles.own, rights: 'LOGIN SUPERUSER', password: passwords.own, iterations: leastIterations },
  // Row security is passed by: its policies are the application's code.
  {
    name: roles.reader,
    rights: `LOGIN ${no} NOREPLICATION BYPASSRLS`,
    password: passwords.reader,
    iterations: leastIterations,
  },
  {
    name: roles.probe,
    rights: `LOGIN ${no} NOREPLICATION NOBYPASSRLS`,
    password: passwords.probe,
    iterations: leastIterations,
  },
  { name: roles.pooler, rights: 'LOGIN', password: passwords.pooler, iterations: leastIterations },
  {
    name: roles.replication,
    rights: 'LOGIN REPLICATION',
    password: passwords.replication,
    iterations: usualIterations,
  },
  { name: roles.rewind, rights: 'LOGIN', password: passwords.rewind, iterations: usualIterations },
];

/** What a server knows of pgrow's own roles. */
export interface KnownRoles {
  /** A standby takes over what the primary knows. */
  readonly standby: boolean;
  readonly roles: Readonly<Record<string, StoredRole>>;
}

interface StoredRole {
  readonly verifier: string | null;
  readonly login: boolean;
  readonly superuser: boolean;
  readonly expired: boolean;
  /** `name=value`, those of the role in every database. */
  readonly settings: readonly string[];
}

/** Answered with one line, JSON in the shape of `KnownRoles`. For psql. */
export const ownRolesQuery = `SET search_path = pg_catalog;
SELECT json_build_object('standby', pg_is_in_recovery(), 'roles', coalesce(json_object_agg(rolname, json_build_object(
  'verifier', rolpassword, 'login', rolcanlogin, 'superuser', rolsuper,
  'expired', coalesce(rolvaliduntil < clock_timestamp(), false),
  'settings', coalesce((SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = 0 AND setrole = pg_authid.oid), '{}')
  )), '{}'))
  FROM pg_authid WHERE rolname IN (${Object.values(roles)
    .map((name) => `'${name}'`)
    .join(', ')});
`;

/**
 * Statements for psql that make pgrow's own roles what they should be; empty where they are. A role that has its password
 * keeps its verifier: with another salt the logins that PgBouncer has learnt would no longer open connections.
 */
export const ownRolesScript = (known: KnownRoles['roles'], passwords: OwnPasswords, major: PostgresMajor): string => {
  const statements = ownRoles(passwords).flatMap((role) => statementsFor(role, known[role.name], major));
  if (statements.length === 0) return '';
  return `${["SET log_min_error_statement = 'panic'", "SET log_statement = 'none'", ...statements].join(';\n')};\n`;
};

const statementsFor = (
  { name, rights, password, iterations }: OwnRole,
  stored: StoredRole | undefined,
  major: PostgresMajor,
): readonly string[] => {
  const kept = stored?.verifier != null && matchesVerifier(password, stored.verifier);
  const settings = Object.entries(settingsOf(major)[name] ?? {});
  const isSet = settings.every(([setting, value]) => stored?.settings.includes(`${setting}=${value}`));
  const fits = kept && stored.login && !stored.expired && stored.superuser === (name === roles.own) && isSet;
  if (fits) return [];
  return [
    ...(stored ? [] : [`CREATE ROLE ${name}`]),
    `ALTER ROLE ${name} ${rights} VALID UNTIL 'infinity'`,
    ...(kept ? [] : [`ALTER ROLE ${name} PASSWORD '${scramVerifier(password, { iterations })}'`]),
    ...(grants[name] ?? []),
    ...settings.flatMap(([setting, value]) => settingStatements(name, setting, value)),
  ];
};

/** Written out, an empty list of libraries would be one library without a name, which keeps every session out. */
const settingStatements = (role: string, setting: string, value: string): readonly string[] =>
  value === ''
    ? [`SELECT set_config('${setting}', '', false)`, `ALTER ROLE ${role} SET ${setting} FROM CURRENT`]
    : [`ALTER ROLE ${role} SET ${setting} = '${value}'`];

/**
 * They take precedence over those of a database, which its owner can choose. Only those of a role in one database go before them,
 * and these are not the owner's to choose.
 */
const settingsOf = (major: PostgresMajor): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  [roles.reader]: { search_path: 'pg_catalog' },
  // Through a pooler no session can bring its own.
  [roles.probe]: {
    search_path: 'pg_catalog',
    role: 'none',
    // A commit that waits for replicas that are gone would wait forever, and each probe would take another connection.
    // Ended by the server it counts as done, so the caller's own limit must be shorter.
    statement_timeout: '10s',
    lock_timeout: '0',
    idle_session_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    tcp_user_timeout: '0',
    default_transaction_read_only: 'off',
    default_transaction_isolation: 'read committed',
    default_transaction_deferrable: 'off',
    standard_conforming_strings: 'on',
    exit_on_error: 'off',
    local_preload_libraries: '',
    ...(hasTransactionTimeout(major) ? { transaction_timeout: '0' } : {}),
  },
});

const grants: Readonly<Record<string, readonly string[]>> = {
  [roles.reader]: [`GRANT pg_read_all_data TO ${roles.reader}`],
  // What pg_rewind needs without being a superuser (PostgreSQL manual, pg_rewind, Notes).
  [roles.rewind]: [
    'pg_ls_dir(text, boolean, boolean)',
    'pg_stat_file(text, boolean)',
    'pg_read_binary_file(text)',
    'pg_read_binary_file(text, bigint, bigint, boolean)',
  ].map((signature) => `GRANT EXECUTE ON FUNCTION pg_catalog.${signature} TO ${roles.rewind}`),
};
