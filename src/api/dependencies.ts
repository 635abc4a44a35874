import type { PgrowClient } from '../client/client.ts';
import type { Database } from '../domain/database.ts';
import type { PasswordAnswer } from '../domain/password.ts';
import type { LiveState } from '../domain/live-state.ts';
import type { LogFollower, Looks, SampleReader } from '../domain/looks.ts';
import type { WorkersDocument } from '../domain/workers.ts';
import type { Planning } from '../planning/planning.ts';

/** What the API works with. */
export interface ApiDependencies
  extends
    Planning,
    LogFollower,
    SampleReader,
    Pick<
      Looks,
      | 'readLogs'
      | 'readStatements'
      | 'readLogSettings'
      | 'readSettings'
      | 'readExtensions'
      | 'readOlderImages'
      | 'pingEngine'
      | 'readPreflight'
    > {
  readonly client: PgrowClient;
  /** Names that a request may ask for, in lower case; null for any. */
  readonly hosts: readonly string[] | null;
  /** Whether a browser on another machine may sign in without TLS: what it sends can be read on the way. */
  readonly allowsInsecureWeb: boolean;
  /** Of this program. */
  readonly version: string;
  /** Has the nodes looked at now; what is seen is recorded. */
  readonly readLive: (database: Database) => Promise<LiveState>;
  /** Whether its servers take a password for the application's role; null for the one on record. */
  readonly tryPassword: (database: Database, password: string | null) => Promise<PasswordAnswer>;
  /** Finds and removes what is left over. */
  readonly doctor: Pick<Looks, 'examine' | 'remove'>;
  /** Who works for this control plane. @throws PgrowError when Temporal does not answer */
  readonly readWorkers: () => Promise<WorkersDocument>;
  /** As `status` shows them. */
  readonly addresses: {
    readonly api: string;
    /** Null where there is none. */
    readonly console: string | null;
    readonly temporal_web: string | null;
    readonly temporal_address: string;
  };
}
