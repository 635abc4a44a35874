import { canonicalSettingName } from './setting-names.ts';
import type { Settings } from './settings.ts';

const isOff = (value: string): boolean => /^(?:of|off|f|fa|fal|fals|false|n|no|0)$/i.test(value.trim());
const isOn = (value: string): boolean => /^(?:on|t|tr|tru|true|y|ye|yes|1)$/i.test(value.trim());
const isZero = (value: string): boolean => Number.parseFloat(value) === 0;

type Warned = (value: string) => string | null;
const ifSo =
  (holds: (value: string) => boolean, says: string): Warned =>
  (value) =>
    holds(value) ? says : null;

const warned: Readonly<Record<string, Warned>> = {
  synchronous_commit(value) {
    const how = value.trim().toLowerCase();
    if (isOff(how))
      return 'synchronous_commit = off: a crash of the server loses what was committed in its last moments, up to about half a second, although clients have seen it succeed.';
    if (how === 'local')
      return 'synchronous_commit = local: a commit waits for no replica, so a failover can lose what was committed last, also with synchronous replication.';
    if (how === 'remote_write')
      return 'synchronous_commit = remote_write: a commit can be lost if the host of a replica crashes just before a failover to it.';
    return null;
  },
  autovacuum: ifSo(
    isOff,
    'autovacuum = off: tables and indexes grow, statistics age, and the server vacuums only to prevent that transaction ids run out.',
  ),
  default_transaction_read_only: ifSo(
    isOn,
    'default_transaction_read_only = on: clients cannot write unless they ask for it.',
  ),
  max_slot_wal_keep_size: ifSo(
    (value) => Number.parseFloat(value) < 0,
    'max_slot_wal_keep_size = -1: a replica that does not come back fills the disk of the server that takes writes.',
  ),
  idle_replication_slot_timeout: ifSo(
    (value) => !isZero(value),
    'idle_replication_slot_timeout: a replica that is away for longer has to be rebuilt with `reinit`.',
  ),
  idle_session_timeout: ifSo(
    (value) => !isZero(value),
    'idle_session_timeout: connections that a pool keeps ready are ended as well, so clients behind one can meet a closed connection.',
  ),
  statement_timeout: ifSo(
    (value) => !isZero(value),
    'statement_timeout: it holds for every session that does not set its own, for migrations and exports too.',
  ),
  transaction_timeout: ifSo(
    (value) => !isZero(value),
    'transaction_timeout: it holds for every session that does not set its own, for migrations and exports too.',
  ),
  log_statement: ifSo(
    (value) => ['all', 'mod'].includes(value.trim().toLowerCase()),
    'log_statement: values that statements carry are written to the log, personal data among them, and the log grows fast.',
  ),
  log_min_duration_statement: ifSo(
    isZero,
    'log_min_duration_statement = 0: every statement is written to the log with its values, and the log grows fast.',
  ),
};

/** What may be lost or become worse by these chosen settings, a sentence each. */
export const settingWarnings = (settings: Settings): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) => warned[canonicalSettingName(name)]?.(value) ?? []);
