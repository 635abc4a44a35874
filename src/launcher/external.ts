import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, replaceFile } from './kept-files.ts';
import type { Environment } from './environment.ts';
import { chooseProfile, readProfile, temporalProfile, type TemporalProfile } from './temporal-profile.ts';

const externalFile = z.strictObject({
  temporal: temporalProfile.optional(),
  /** As homes of older versions have it. */
  temporal_address: z.string().optional(),
  temporal_web: z.string().optional(),
  task_queue: z.string().optional(),
  database_url: z.string().optional(),
  database_password_file: z.string().optional(),
});

/** Engines that are not pgrow's own. */
export interface External {
  /** Without an address where it is pgrow's own. */
  readonly temporal: TemporalProfile;
  readonly temporalWeb: string | undefined;
  /** Where this control plane queues its work, in whichever Temporal. */
  readonly taskQueue: string | undefined;
  readonly databaseUrl: string | undefined;
  /** Of a URL without a password. */
  readonly databasePasswordFile: string | undefined;
}

const pathIn = (home: string): string => join(home, 'external.json');

/**
 * The environment has the first word; otherwise what this home was brought up with last.
 * @throws PgrowError `invalid_input` for a Temporal that cannot be reached as the variables say
 */
export const readExternal = (home: string, environment: Environment): External =>
  externalIn(readIfThere(pathIn(home)), environment);

/** `content`: of the file that the home has, or is to get; null for none. */
export const externalIn = (content: string | null, environment: Environment): External => {
  const kept = parse(content);
  return {
    temporal: chooseProfile(profileIn(kept), readProfile(environment.temporal)),
    temporalWeb: environment.temporalWeb ?? kept.temporal_web,
    taskQueue: environment.taskQueue ?? kept.task_queue,
    databaseUrl: environment.databaseUrl ?? kept.database_url,
    // That of the record belongs to the URL of the record.
    databasePasswordFile:
      environment.databasePasswordFile ??
      (environment.databaseUrl === undefined ? kept.database_password_file : undefined),
  };
};

/**
 * Keeps them with the home, readable by its owner only: an `up` without the variables must not quietly begin a second,
 * empty metadata database, and the processes do not need what is secret in their environment.
 */
export const keepExternal = (home: string, external: External): void => {
  const { temporal, temporalWeb, taskQueue, databaseUrl, databasePasswordFile } = external;
  if (temporal.address === undefined && taskQueue === undefined && databaseUrl === undefined) return;
  const content = {
    temporal,
    temporal_web: temporalWeb,
    task_queue: taskQueue,
    database_url: databaseUrl,
    database_password_file: databasePasswordFile,
  };
  replaceFile(pathIn(home), `${JSON.stringify(content, null, 2)}\n`);
};

/** Whether a home was brought up with this Temporal before. */
export const isKept = (home: string, { temporal }: External): boolean =>
  profileIn(parse(readIfThere(pathIn(home)))).address === temporal.address;

const profileIn = ({ temporal, temporal_address: address }: z.infer<typeof externalFile>): TemporalProfile =>
  temporal ?? (address === undefined ? {} : { address });

const parse = (content: string | null): z.infer<typeof externalFile> =>
  content === null ? {} : externalFile.parse(JSON.parse(content));
