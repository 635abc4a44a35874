import type { PgrowClient } from '../client/client.ts';
import type { Database } from '../domain/database.ts';
import type { PasswordAnswer } from '../domain/password.ts';
import type { Doctor } from '../doctor/doctor.ts';
import type { Facts } from '../domain/facts.ts';
import type { Leadership, LiveState } from '../domain/live.ts';
import type { Asked } from '../domain/plan.ts';
import type { Store } from '../store/store.ts';

/** What the API works with. */
export interface ApiDependencies {
  readonly store: Store;
  readonly client: PgrowClient;
  /** Asks the nodes themselves. */
  readonly readLive: (database: Database) => Promise<LiveState>;
  /** Asks the nodes what a change is planned by; null for facts that are not wanted, and where nobody takes writes. */
  readonly readCircumstances: (
    database: Database,
    wanted: { readonly facts: boolean },
  ) => Promise<{ readonly leadership: Leadership; readonly facts: Facts | null }>;
  /** Whether the operation before was left in the middle of a hand-over in which nothing was handed over. */
  readonly isStandstill: (database: Database, asked: Asked) => Promise<boolean>;
  /** Whether its servers take a password for the application's role; null for the one on record. */
  readonly tryPassword: (database: Database, password: string | null) => Promise<PasswordAnswer>;
  /** The last lines of a container's log. */
  readonly readLogs: (container: string, lines: number, mostBytes: number) => Promise<string>;
  /** Finds and removes what is left over. */
  readonly doctor: Doctor;
  /** Id of the control plane. */
  readonly home: string;
  /** As `status` shows them. */
  readonly addresses: {
    readonly api: string;
    readonly temporal_web: string | null;
    readonly temporal_address: string;
  };
}
