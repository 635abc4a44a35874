import { Option, type Command } from 'commander';
import type { EndpointName } from '../domain/endpoints.ts';
import { PgrowError } from '../domain/errors.ts';
import { connectToApi } from './connect-to-api.ts';
import {
  chooseConnectionString,
  readConnectionStrings,
  sides,
  warnOfOldPassword,
  withVerification,
  type Side,
} from './connection-strings.ts';
import { print, printJson } from './output.ts';

interface Flags extends EndpointFlags {
  readonly from: Side;
  readonly tls?: true;
  readonly network?: true;
  readonly json?: true;
}

export interface EndpointFlags {
  readonly direct?: true;
  readonly pooled?: true;
  readonly pooledReadOnly?: true;
  readonly readWrite?: true;
  readonly readOnly?: true;
  readonly anyNode?: true;
}

export const addEndpointOptions = (command: Command): Command =>
  command
    .option(
      '--direct',
      'past PgBouncer, read-write: for LISTEN, advisory locks of a session, SET, temporary tables, cursors WITH HOLD, PREPARE',
    )
    .option('--pooled', 'through PgBouncer, read-write')
    .option('--pooled-read-only', 'through PgBouncer, read-only')
    .option('--read-write', 'through HAProxy, read-write')
    .option('--read-only', 'through HAProxy, read-only')
    .option('--any-node', 'through HAProxy, to any server that answers, the primary among them');

export const url = (program: Command): void => {
  const command = program
    .command('url <name>')
    .description(
      'print one connection string, by default that of the best read-write endpoint (pooled if pooling is on)',
    );
  addEndpointOptions(command)
    .addOption(new Option('--from <where>', 'where the client runs').choices(sides).default('host'))
    .option('--tls', 'with how the server is verified, by "ca NAME > ca.pem"; always, where clients must encrypt')
    .option('--network', 'print the name of the Docker network that applications join instead')
    .option('--json', 'print it as one JSON document')
    .action(async (database: string, flags: Flags) => {
      const endpoint = chosenEndpoint(flags);
      const strings = await readConnectionStrings(connectToApi(), database);
      if (flags.network) {
        const { clients_network } = strings;
        return flags.json ? printJson({ clients_network }) : print(clients_network);
      }
      warnOfOldPassword(database, strings);
      const plain = chooseConnectionString(database, strings, { endpoint, side: flags.from });
      const chosen = flags.tls ? withVerification(database, plain, strings) : plain;
      if (flags.json) return printJson({ url: chosen });
      print(chosen);
    });
};

/** At most one may be named. */
export const chosenEndpoint = (flags: EndpointFlags): EndpointName | undefined => {
  const chosen: EndpointName[] = [
    ...(flags.direct ? (['postgres'] as const) : []),
    ...(flags.pooled ? (['pooled'] as const) : []),
    ...(flags.pooledReadOnly ? (['pooled_read_only'] as const) : []),
    ...(flags.readWrite ? (['read_write'] as const) : []),
    ...(flags.readOnly ? (['read_only'] as const) : []),
    ...(flags.anyNode ? (['any_node'] as const) : []),
  ];
  if (chosen.length > 1) {
    throw new PgrowError('malformed_request', `Choose one endpoint, not ${chosen.length}: ${chosen.join(', ')}.`);
  }
  return chosen[0];
};
