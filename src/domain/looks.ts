import type { ChangeFacts, ChangeQuestion } from './change.ts';
import type { CutOver } from './step-actions.ts';
import type { ExtensionsSeen } from './extension-list.ts';
import type { Finding } from './finding.ts';
import type { Facts } from './facts.ts';
import type { Leadership, LiveState } from './live-state.ts';
import type { LeftOver } from './operation-activities.ts';
import type { PasswordAnswer } from './password.ts';
import type { PreflightCheck, PreflightQuestion } from './preflight.ts';
import type { RotationFacts } from './rotation.ts';
import type { Sample } from './samples.ts';
import type { SettingsSeen } from './setting-catalogue.ts';
import type { ServerSettings } from './settings.ts';
import type { CountedStatements, LogSettings, StatementsWanted, UncountedReason } from './statements.ts';

/**
 * What has to be known now and what only a process beside the engine can see: the API asks it, and dials nothing itself.
 * Questions and answers are plain JSON.
 */
export interface Looks {
  /** What the nodes say of themselves; it is recorded as well. */
  readLive(serviceId: string): Promise<LiveState>;
  /** What an operation is planned by. */
  readCircumstances(serviceId: string, wanted: Wanted): Promise<Circumstances>;
  /** Of a hand-over that stopped half-way: whether nothing was handed over. */
  hasStayed(serviceId: string, handOver: CutOver): Promise<boolean>;
  /** Whether its servers take a password for the application's role; null for the one on record. */
  tryPassword(serviceId: string, password: string | null): Promise<PasswordAnswer>;
  /**
   * The last lines of a container's log, oldest first; of more than `mostBytes` the last, saying so. With `since` (ISO 8601)
   * only what was written from then on.
   */
  readLogs(container: string, lines: number, mostBytes: number, since?: string): Promise<string>;
  /** What the server that takes writes has counted of statements, or why it has not. `container`: which it is. */
  readStatements(
    serviceId: string,
    wanted: StatementsWanted,
  ): Promise<{ readonly container: string; readonly found: CountedStatements | UncountedReason }>;
  /** Names of nodes whose container runs another image than it would be made from now. */
  readOlderImages(serviceId: string): Promise<readonly string[]>;
  /** Which statements the server that takes writes logs. */
  readLogSettings(serviceId: string): Promise<LogSettings>;
  /** All settings of the server that takes writes. */
  readSettings(serviceId: string): Promise<SettingsSeen>;
  /** All extensions that it has the files of, and those in the application's database. */
  readExtensions(serviceId: string): Promise<ExtensionsSeen>;
  /** Whether the Docker engine answers. @throws PgrowError `docker_unavailable` */
  pingEngine(): Promise<void>;
  /** What would be looked at before an operation begins. */
  readPreflight(question: PreflightQuestion): Promise<readonly PreflightCheck[]>;
  /** What nothing accounts for. */
  examine(): Promise<readonly Finding[]>;
  /** Removes of that what may be removed. */
  remove(): Promise<Removal>;
}

/** One line that a container wrote. `at`: ISO 8601 in UTC with nanoseconds, so that texts sort as times do. */
export interface LogLine {
  readonly at: string;
  readonly text: string;
}

/** Where a log is read from: its last `lines` lines, with `since` (ISO 8601) only those of this moment and later. */
export interface LogStart {
  readonly lines: number;
  readonly since: string | null;
}

/** A look that continues: it is answered line by line. */
export interface LogFollower {
  /**
   * Ends when the container ends or is removed, when `signal` aborts, and when the process that looks goes away.
   * @throws PgrowError when there is no such container, or no one answers
   */
  followLog(container: string, from: LogStart, signal: AbortSignal): AsyncIterable<LogLine>;
}

/** Numbers of a database as they were measured lately, oldest first. */
export interface Samples {
  /** Milliseconds between two, unless someone looks at it. */
  readonly every_ms: number;
  readonly samples: readonly Sample[];
}

/** What only the process knows that measures. */
export interface SampleReader {
  /** From now on the database is measured more often, for a while. @throws PgrowError when no process measures */
  readSamples(serviceId: string): Promise<Samples>;
}

export interface Wanted {
  readonly facts: boolean;
  readonly settings: boolean;
  /** What each server holds, also while one takes writes. Default: only when none does. */
  readonly holdings?: boolean;
  /** What a change needs to know. Default: not looked up. */
  readonly change?: ChangeQuestion;
  /** The application's role, for a rotation. Default: not looked up. */
  readonly rotation?: true;
}

export interface Circumstances {
  readonly leadership: Leadership;
  /** What the server that takes writes holds besides rows; null if no server takes writes, or it was not requested. */
  readonly facts: Facts | null;
  /** What it is set to; null as well where it does not answer. */
  readonly settings: ServerSettings | null;
  /** Null where no server takes writes; absent where it was not requested. */
  readonly change?: ChangeFacts | null;
  /** Null where no server takes writes; absent where it was not requested. */
  readonly rotation?: RotationFacts | null;
}

/** `failed` says what would not go. */
export interface Removal {
  readonly removed: readonly Finding[];
  readonly failed: readonly LeftOver[];
}

/** Milliseconds until a process that is there has begun to answer. */
export const hearingLimitMs = 1500;

/** Milliseconds that an answer may take once it has begun; each call of the engine and each connection has its own limit. */
export const answerLimitMs: Readonly<Record<keyof (Looks & SampleReader), number>> = {
  readLive: 30_000,
  readCircumstances: 50_000,
  hasStayed: 50_000,
  tryPassword: 30_000,
  readLogs: 30_000,
  readStatements: 30_000,
  readLogSettings: 15_000,
  readSettings: 15_000,
  readExtensions: 15_000,
  readOlderImages: 10_000,
  pingEngine: 10_000,
  readPreflight: 30_000,
  examine: 50_000,
  remove: 300_000,
  readSamples: 5000,
};
