import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  allProjects,
  projectText,
  roles,
  usualGrace,
  usualLife,
  type Role,
  type TokenDocument,
} from '../domain/tokens.ts';
import { PgrowError } from '../domain/errors.ts';
import { chosenProject, refuseAwayFromHome } from './chosen-context.ts';
import { connectToApi } from './connect-to-api.ts';
import { parseSeconds } from './duration.ts';
import { print, printJson, printProgress } from './output.ts';
import { readPages } from './read-pages.ts';
import { alignColumns } from './table.ts';

interface RotatedToken extends TokenDocument {
  readonly token: string;
  readonly predecessor: TokenDocument;
}

interface RotateFlags {
  readonly own?: true;
  /** Seconds. */
  readonly grace: number;
  readonly json?: true;
}

interface CreateFlags {
  readonly role: Role;
  readonly project?: string;
  readonly expires: number | null;
  readonly json?: true;
}

export const tokens = (program: Command): void => {
  const verb = program
    .command('tokens')
    .description('list, create, rotate and revoke the tokens that may call the API');
  verb
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .option('--json', 'print them as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const found = await Array.fromAsync(readPages<TokenDocument>(connectToApi(), '/v1/tokens', 'tokens'));
      if (json) printJson({ tokens: found });
      else tokensText(found).forEach(print);
    });
  verb
    .command('create <name>')
    .description('create a token for a person, a pipeline or a service, and print it')
    .addOption(
      new Option('--role <role>', 'what it may do: read, change, or also destroy and administer')
        .choices(roles)
        .makeOptionMandatory(),
    )
    .option(
      '--project <project>',
      `its project, or "${allProjects}" for all and the control plane itself (default: that of the context)`,
    )
    .addOption(
      new Option('--expires <time>', 'when it expires, such as 12h or 30d, or "never"')
        .argParser(parseExpiry)
        .default(usualLife, '90d'),
    )
    .option('--json', 'print it as one JSON document')
    .action(async (name: string, { role, project = chosenProject(), expires, json }: CreateFlags) => {
      const body = { name, role, project, expires_in: expires };
      const created = await connectToApi().post<TokenDocument & { token: string }>('/v1/tokens', body);
      if (json) return printJson(created);
      printProgress(`${describe(created)} This is the only time it is shown:`);
      print(created.token);
    });
  verb
    .command('rotate [id]')
    .description('replace a token by one that may do the same, and print that one; the old one stays valid for a while')
    .option('--own', "the control plane's own instead, on the host of its home: the new one is in its file")
    .addOption(
      new Option('--grace <time>', 'how long the old one stays valid, such as 12h, at most 30d')
        .argParser(parseSeconds)
        .default(usualGrace, '24h'),
    )
    .option('--json', 'print it as one JSON document')
    .action(async (id: string | undefined, flags: RotateFlags) => {
      if ((id === undefined) !== (flags.own === true)) throw wrongUsage();
      await (id === undefined ? rotateOwn(flags) : rotateById(id, flags));
    });
  verb
    .command('revoke <id>')
    .description('revoke a token: from now on it is refused')
    .option('--json', 'print what it was as one JSON document')
    .action(async (id: string, { json }: { json?: true }) => {
      const revoked = await connectToApi().delete<TokenDocument>(`/v1/tokens/${encodeURIComponent(id)}`);
      if (json) printJson(revoked);
      else print(`Token ${revoked.name} is revoked.`);
    });
};

const wrongUsage = (): PgrowError =>
  new PgrowError('malformed_request', 'Say which token to rotate: by its ID in ./pgrow tokens, or --own.');

const rotateById = async (id: string, { grace, json }: RotateFlags): Promise<void> => {
  const path = `/v1/tokens/${encodeURIComponent(id)}/rotate`;
  const created = await connectToApi().post<RotatedToken>(path, { grace_seconds: grace });
  if (json) return printJson(created);
  const { expires_at } = created.predecessor;
  printProgress(
    `${describe(created)} The one of before is valid until ${expires_at}. This is the only time the new one is shown:`,
  );
  print(created.token);
};

const rotateOwn = async ({ grace, json }: RotateFlags): Promise<void> => {
  refuseAwayFromHome('tokens rotate --own');
  const { rotateOwnToken } = await import('../launcher/rotate-own-token.ts');
  const file = await rotateOwnToken(grace, printProgress);
  if (json) return printJson({ file, grace_seconds: grace });
  const until = new Date(Date.now() + grace * 1000).toISOString();
  print(`Another token is in ${file}. The one of before is valid until ${until}.`);
};

const parseExpiry = (text: string): number | null => {
  if (text === 'never') return null;
  try {
    return parseSeconds(text);
  } catch {
    throw new InvalidArgumentError('Allowed: "never", or a time such as 12h or 30d.');
  }
};

const describe = ({ name, role, project, expires_at }: TokenDocument): string =>
  `Token ${name} is ${role === 'viewer' ? 'a' : 'an'} ${role} of ${projectText(project)} ` +
  `and ${expires_at === null ? 'never expires' : `expires at ${expires_at}`}.`;

/** A token that is being replaced and that was used lately has a user who lacks the new one. */
const endText = ({ expires_at, expired, successor }: Pick<TokenDocument, 'expires_at' | 'expired' | 'successor'>) =>
  `${expired ? 'expired ' : ''}${expires_at ?? 'never'}${successor === null ? '' : ', replaced'}`;

export const tokensText = (all: readonly TokenDocument[]): string[] =>
  alignColumns([
    ['NAME', 'ROLE', 'PROJECT', 'EXPIRES', 'LAST USED', 'CREATED', 'BY', 'ID'],
    ...all.map(({ name, role, project, last_used_at, created_at, created_by, id, ...ends }) => [
      name,
      role,
      project,
      endText(ends),
      last_used_at ?? 'never',
      created_at,
      created_by ?? 'the control plane',
      id,
    ]),
  ]);
