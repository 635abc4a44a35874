/** What a connection string of libpq consists of; nothing is encoded. */
export interface ConnectionParts {
  readonly user: string;
  /** Null where none may be seen. */
  readonly password: string | null;
  readonly host: string;
  readonly port: string;
  readonly database: string;
}

const pattern = /^postgresql:\/\/([^:@/]*)(?::([^@/]*))?@([^:@/]*):(\d+)\/([^?]*)(?:\?.*)?$/;

/** Of a string that the API gave. Not by `URL`: browsers disagree on schemes that they do not know. @throws Error */
export const connectionParts = (text: string): ConnectionParts => {
  const found = pattern.exec(text);
  if (!found) throw new Error('This console cannot read the connection string. Update pgrow and load the page again.');
  const [, user = '', password, host = '', port = '', database = ''] = found;
  return {
    user: decodeURIComponent(user),
    password: password === undefined ? null : decodeURIComponent(password),
    host,
    port,
    database: decodeURIComponent(database),
  };
};
