import { Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import type { Rotated } from '../domain/rotation.ts';
import { refuseAwayFromHome } from './chosen-context.ts';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addOptions, operationBody, patienceOptions, type PatienceFlags } from './option-groups.ts';
import { print, printJson, printProgress } from './output.ts';

interface Flags extends ConfirmedFlags, PatienceFlags {
  readonly password?: true;
  readonly atOnce?: true;
  readonly certificates?: true;
  readonly secretKey?: true;
}

export const rotate = (program: Command): void => {
  const command = program
    .command('rotate [name]')
    .description(
      "give a database's application another password or its nodes other certificates, or seal what the metadata keep secret with a new key",
    )
    .option('--password', "of the application's role: sessions go on, later logins need the new one")
    .option('--at-once', 'with --password: only the new one logs in from then on (the default)')
    .addOption(
      new Option('--certificates', 'of every node, of the same authority: sessions go on').conflicts([
        'password',
        'atOnce',
      ]),
    )
    .addOption(
      new Option('--secret-key', 'the key of the home that passwords are encrypted with; without NAME').conflicts([
        'password',
        'atOnce',
        'certificates',
      ]),
    );
  addConfirmedChangeOptions(addOptions(command, patienceOptions)).action(
    async (database: string | undefined, flags: Flags) => {
      if (flags.secretKey && database === undefined) return rotateKey(flags);
      const what = whatOf(flags);
      if (what === null || database === undefined) throw wrongUsage();
      process.exitCode = await runConfirmedChange({
        api: connectToApi(),
        database,
        request: { path: 'rotate', body: { what, ...operationBody(flags) } },
        flags,
      });
    },
  );
};

const whatOf = ({ password, certificates, secretKey }: Flags): Rotated | null => {
  if (secretKey) return null;
  if (certificates) return 'certificates';
  return password ? 'password' : null;
};

const wrongUsage = (): PgrowError =>
  new PgrowError(
    'malformed_request',
    "Say what to rotate: ./pgrow rotate NAME --password for the application's password, --certificates for those of its nodes, or ./pgrow rotate --secret-key.",
  );

const rotateKey = async ({ json }: Flags): Promise<void> => {
  refuseAwayFromHome('rotate --secret-key');
  const { rotateSecretKey } = await import('../launcher/rotate-secret-key.ts');
  const { file, retired, resealed } = await rotateSecretKey(printProgress);
  if (json) return printJson({ file, retired, resealed });
  print(`${resealed} ${resealed === 1 ? 'secret is' : 'secrets are'} sealed with a new key, in ${file}.`);
  print(
    `The old key is in ${retired}: copies of the metadata that were made before need it. Remove it when there are none.`,
  );
};
