export interface SignIn {
  /** Where the API is reached. */
  readonly api: string;
  readonly ticket: string;
  /** Parts of the path of the page that it leads to. */
  readonly to: readonly string[] | undefined;
}

/** The ticket is behind the `#`: that part of a link reaches no server and no log of one. */
export const signInLink = ({ api, ticket, to }: SignIn): string => {
  const page = to === undefined ? '' : `&to=${to.map((part) => `/${encodeURIComponent(part)}`).join('')}`;
  return `${api}/signin#ticket=${ticket}${page}`;
};

/**
 * The command that makes a link of this machine lead here from the one that the user sits at; null where it leads here from
 * anywhere.
 * @param connection as sshd describes it: address and port of the client, then of the server
 */
export const tunnelTo = (
  link: string,
  { connection, user }: { readonly connection: string; readonly user: string | undefined },
): string | null => {
  const { hostname, port } = new URL(link);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return null;
  const [, , host = 'HOST', sshPort = '22'] = connection.split(' ');
  const other = sshPort === '22' ? '' : `-p ${sshPort} `;
  return `ssh ${other}-N -L ${port}:${hostname}:${port} ${user === undefined ? '' : `${user}@`}${host}`;
};

/**
 * A page that leads to a link at once. Its file is what the browser is called with: arguments of programs are seen by all users
 * of a machine.
 */
export const leadingPage = (link: string): string => {
  const quoted = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${quoted}">
<title>pgrow</title>
<a href="${quoted}">Open the web console</a>
</html>
`;
};
