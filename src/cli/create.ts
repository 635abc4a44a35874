import type { Command } from 'commander';
import { postgresMajors } from '../domain/database.ts';
import { tlsModes, usualTls } from '../domain/tls.ts';
import { servicesPath } from './api-client.ts';
import { addChangeOptions, finishChange, postOptions, type ChangeFlags, type StartedOperation } from './change.ts';
import { connectToApi } from './connect-to-api.ts';

interface CreateFlags extends ChangeFlags, SizeFlags {
  readonly postgresMajor?: string;
  readonly port?: string;
  readonly locale?: string;
  readonly tls?: string;
}

export interface SizeFlags {
  readonly memory?: string;
  readonly cpus?: string;
  readonly storage?: string;
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
    )
    .option('--tls <mode>', `whether lines are encrypted: ${tlsModes.join(', ')} (default ${usualTls})`);
  addSizeOptions(command, ['1GiB', '2', 'no limit']);
  addChangeOptions(command).action(async (name: string, flags: CreateFlags) => {
    const api = connectToApi();
    const body = {
      name,
      ...(flags.postgresMajor !== undefined && { postgres_major: numberIfOne(flags.postgresMajor) }),
      ...(flags.port !== undefined && { port: numberIfOne(flags.port) }),
      ...(flags.locale !== undefined && { locale: flags.locale }),
      ...(flags.tls !== undefined && { tls: flags.tls }),
      ...sizeIn(flags),
    };
    const started = await api.post<StartedOperation>(servicesPath(), body, postOptions(flags));
    process.exitCode = await finishChange({ api, database: name, started, flags });
  });
};

/** What it is where none is chosen, memory and CPUs, is for the help. */
export const addSizeOptions = (command: Command, [memory, cpus, storage]: readonly [string, string, string]): Command =>
  command
    .option('--memory <size>', `of each of its PostgreSQL servers, such as 4GiB (default ${memory})`)
    .option('--cpus <number>', `of each of its PostgreSQL servers, such as 2 or 0.5 (default ${cpus})`)
    .option(
      '--storage <size>',
      `that the data of each server may take, such as 50GiB; reported, not enforced (default ${storage})`,
    );

export const sizeIn = ({ memory, cpus, storage }: SizeFlags) => ({
  ...(memory !== undefined && { memory }),
  ...(cpus !== undefined && { cpus: numberIfOne(cpus) }),
  ...(storage !== undefined && { storage }),
});

/** What is no number goes along as it is, so that the API names it together with everything else that is wrong. */
export const numberIfOne = (text: string): number | string => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
