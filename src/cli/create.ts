import type { Command } from 'commander';
import { postgresMajors } from '../domain/database.ts';
import { servicesPath } from './api-client.ts';
import { addChangeOptions, finishChange, idempotency, type ChangeFlags, type StartedOperation } from './change.ts';
import { connectToApi } from './connect-to-api.ts';

interface CreateFlags extends ChangeFlags {
  readonly postgresMajor?: string;
  readonly port?: string;
  readonly locale?: string;
}

export const create = (program: Command): void => {
  const command = program
    .command('create <name>')
    .description('create a database: one PostgreSQL')
    .option('--postgres-major <major>', `${postgresMajors.join(', ')} (default 17)`)
    .option('--port <port>', 'loopback port of postgres on this host, 1024–65535 (default: a free one)')
    .option(
      '--locale <locale>',
      'how text is sorted, such as en_US.UTF-8; for the life of the database (default C.UTF-8)',
    );
  addChangeOptions(command).action(async (name: string, flags: CreateFlags) => {
    const api = connectToApi();
    const body = {
      name,
      ...(flags.postgresMajor !== undefined && { postgres_major: numberIfOne(flags.postgresMajor) }),
      ...(flags.port !== undefined && { port: numberIfOne(flags.port) }),
      ...(flags.locale !== undefined && { locale: flags.locale }),
    };
    const started = await api.post<StartedOperation>(servicesPath, body, idempotency(flags));
    process.exitCode = await finishChange({ api, database: name, started, flags });
  });
};

/** What is no number goes along as it is, so that the API names it together with everything else that is wrong. */
export const numberIfOne = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);
