import type { z } from 'zod';
import type {
  auditAnswer,
  meAnswer,
  newTokenAnswer,
  sessionsAnswer,
  tokensAnswer,
} from '../../../src/api/documents/access.ts';
import type { findingsAnswer, removalAnswer, workersAnswer } from '../../../src/api/documents/control-plane.ts';
import type { databasesAnswer, fleetEntryAnswer } from '../../../src/api/documents/fleet.ts';
import type {
  activityAnswer,
  logsAnswer,
  operationsAnswer,
  snapshotsAnswer,
  verifiedAnswers,
} from '../../../src/api/documents/history.ts';
import type { candidatesAnswer, ladderAnswer } from '../../../src/api/documents/ladder.ts';
import type { adviceAnswer, metricsAnswer } from '../../../src/api/documents/numbers.ts';
import type { accepted, checkpoint, cost, operation, planned } from '../../../src/api/documents/operation.ts';
import type { channelsAnswer } from '../../../src/api/documents/notifications.ts';
import type { problem } from '../../../src/api/documents/problem.ts';
import type { extensionsAnswer, settingsAnswer } from '../../../src/api/documents/settings.ts';
import type {
  connectionStringsAnswer,
  releasedAnswer,
  serviceAnswer,
  statusAnswer,
} from '../../../src/api/documents/state.ts';
import type { systemAnswer } from '../../../src/api/documents/system.ts';

/** What the API answers: its own schemas say so, and its tests parse every answer with them. */

export type Me = z.infer<typeof meAnswer>;
export type Role = Me['role'];
export type Databases = z.infer<typeof databasesAnswer>;
export type DatabaseEntry = z.infer<typeof fleetEntryAnswer>;
export type Health = DatabaseEntry['health'];
export type Service = z.infer<typeof serviceAnswer>;
export type Status = z.infer<typeof statusAnswer>;
export type Released = z.infer<typeof releasedAnswer>;
export type Node = Status['nodes'][number];
export type Operation = z.infer<typeof operation>;
export type Step = Operation['steps'][number];
export type Operations = z.infer<typeof operationsAnswer>;
export type Checkpoint = z.infer<typeof checkpoint>;
export type Advice = z.infer<typeof adviceAnswer>;
export type Plan = z.infer<typeof planned>['operation'];
export type ChangeItem = Plan['changes'][number];
export type Accepted = z.infer<typeof accepted>;
export type Cost = z.infer<typeof cost>;
export type Ladder = z.infer<typeof ladderAnswer>;
export type Rung = Ladder['rungs'][number];
export type Metrics = z.infer<typeof metricsAnswer>;
export type Candidates = z.infer<typeof candidatesAnswer>;
export type Activity = z.infer<typeof activityAnswer>;
export type ActivityEntry = Activity['entries'][number];
export type Snapshots = z.infer<typeof snapshotsAnswer>;
export type Verified = z.infer<(typeof verifiedAnswers)[200]> | z.infer<(typeof verifiedAnswers)[202]>;
export type Logs = z.infer<typeof logsAnswer>;
export type ConnectionStrings = z.infer<typeof connectionStringsAnswer>;
export type System = z.infer<typeof systemAnswer>;
export type Findings = z.infer<typeof findingsAnswer>;
export type Removal = z.infer<typeof removalAnswer>;
export type Workers = z.infer<typeof workersAnswer>;
export type Tokens = z.infer<typeof tokensAnswer>;
export type Sessions = z.infer<typeof sessionsAnswer>;
export type NewToken = z.infer<typeof newTokenAnswer>;
export type Audit = z.infer<typeof auditAnswer>;
export type Series = Metrics['series'][number];
export type Settings = z.infer<typeof settingsAnswer>;
export type Setting = Settings['settings'][number];
export type Extensions = z.infer<typeof extensionsAnswer>;
export type Extension = Extensions['extensions'][number];
export type Channels = z.infer<typeof channelsAnswer>;
export type ProblemDocument = z.infer<typeof problem>;
