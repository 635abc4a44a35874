import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Home {
  readonly token: string;
  /** Where its API listens, on this machine. */
  readonly port: number;
}

/** Lets the command line of this process find a control plane, whichever the surroundings name. */
export const inHome = async <T>({ token, port }: Home, run: () => Promise<T>): Promise<T> => {
  const home = mkdtempSync(join(tmpdir(), 'pgrow-home-'));
  writeFileSync(join(home, 'token'), token);
  const before = { ...process.env };
  Object.assign(process.env, {
    PGROW_HOME: home,
    PGROW_API_PORT: String(port),
    PGROW_CONTEXT: '',
    PGROW_TOKEN_FILE: '',
  });
  try {
    return await run();
  } finally {
    process.env = before;
    rmSync(home, { recursive: true });
  }
};
