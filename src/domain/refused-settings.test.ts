import { describe, expect, test } from 'vitest';
import { holdsSecret, refusalOf } from './refused-settings.ts';

describe('what an operator cannot choose', () => {
  test.each([
    'wal_level',
    'FSYNC',
    'port',
    'synchronous_standby_names',
    'recovery_target_time',
    'recovery_min_apply_delay',
    'ssl',
    'ssl_key_file',
    'syslog_ident',
    'log_line_prefix',
    'server_version',
    'myapp.jwt_secret',
    'app.settings.password',
    'app.db_pass',
    'app.dbPwd',
    'app.sentry_dsn',
    'app.connection_string',
    'app.connstr',
    'app.database_url',
    'app.databaseUrl',
    'app.redis.uri',
    'app.jwt_claims',
    'app.basic_auth',
    'app.session_cookie',
    'app.salt',
    'app.key_1',
    'app.api_keys',
  ])('is %s, for a reason that says what to do', (name) => {
    expect(refusalOf(name)).toMatch(/^[A-Za-z].*\. [A-Z`].*\.$|^It was decided/);
  });

  test.each([
    'work_mem',
    'shared_buffers',
    'max_connections',
    'shared_preload_libraries',
    'synchronous_commit',
    'TimeZone',
    'recovery_prefetch',
    'wal_keep_size',
    'auto_explain.log_min_duration',
    'log_min_duration_statement',
    // Words of secrets in the names of PostgreSQL's own.
    'authentication_timeout',
    'tcp_keepalives_idle',
    'row_security',
    'app.bypass_cache',
    'app.author',
    'app.monkey',
    'app.keyboard_layout',
    'app.current_tenant',
    'my_auth.timeout',
    'auth_delay.milliseconds',
    'auto_explain.log_parameter_max_length',
    'hnsw.ef_search',
    'ivfflat.probes',
    'pg_prewarm.autoprewarm_interval',
    'pg_stat_statements.max',
    'pg_stat_statements.track_utility',
    'pg_trgm.strict_word_similarity_threshold',
    'pgcrypto.builtin_crypto_enabled',
    'plpgsql.variable_conflict',
    'postgres_fdw.application_name',
  ])('is not %s', (name) => {
    expect(refusalOf(name)).toBeNull();
  });
});

test('values that may hold a password are not shown', () => {
  const secret = ['primary_conninfo', 'restore_command', 'app.api_key', 'App.Database_URL'];
  expect(secret.every(holdsSecret)).toBe(true);
  expect(['work_mem', 'log_statement'].some(holdsSecret)).toBe(false);
});
