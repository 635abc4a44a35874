/**
 * Why a server that answers does not take a login. `access`: the login itself is refused (password, role, pg_hba.conf,
 * database). `full`: no connection is free. `starting`: the server is up and takes no connections yet.
 */
export type Refusal = 'access' | 'full' | 'starting';

/** Null if no server has refused anything: one that does not answer has not refused (PostgreSQL manual, appendix A). */
export const refusalOf = (error: unknown): Refusal | null => {
  const said = serverWordOf(error);
  if (!said) return null;
  const { state, message } = said;
  if (/^28...$/.test(state) || accessStates.includes(state)) return 'access';
  if (state === '53300') return 'full';
  if (state === '57P03') return 'starting';
  // PgBouncer uses one code for every refusal.
  if (state !== '08P01') return null;
  if (/no more connections|too many/.test(message)) return 'full';
  return /authentication|password|no such (user|database)|auth_query/.test(message) ? 'access' : null;
};

/**
 * Whether a library that the database is set to load is not there, which ends every login to it; behind a pooler in its words. A role
 * that has a setting of its own for that is not kept out.
 */
export const isKeptOutByLibrary = (error: unknown): boolean => {
  const said = serverWordOf(error);
  return said !== null && ['58P01', '08P01'].includes(said.state) && said.message.includes('could not access file');
};

/** No such database, no privilege to connect to it, and one that takes no connections. */
const accessStates: readonly string[] = ['3D000', '42501', '55000'];

/** What a server or pooler has said, with its SQLSTATE; null for an error that came from no server. */
export const serverWordOf = (error: unknown): { readonly state: string; readonly message: string } | null => {
  if (typeof error !== 'object' || error === null) return null;
  const { code, message, cause, errors } = error as Readonly<Record<string, unknown>>;
  // Every SQLSTATE has a digit, and no error of the system or of the catalogue has.
  if (typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return { state: code, message: String(message) };
  const inner = [cause, ...(Array.isArray(errors) ? errors : [])];
  return inner.map(serverWordOf).find((found) => found !== null) ?? null;
};
