/**
 * One half of the session; the other is a cookie that scripts cannot read. Neither is worth anything alone: cookies are sent
 * to every server on this host, and what is stored here is separated by port.
 */
const key = 'pgrow-session';

export const sessionHeader = 'x-pgrow-session';

/** Null before a sign-in, or where the browser stores nothing. */
export const readSecret = (): string | null => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

export const storeSecret = (secret: string | null): void => {
  try {
    if (secret === null) localStorage.removeItem(key);
    else localStorage.setItem(key, secret);
  } catch {
    // A browser that stores nothing keeps no session either; the next request says so.
  }
};

/** When another tab has signed in. @returns ends it */
export const onSecretStored = (listener: () => void): (() => void) => {
  const hear = (event: StorageEvent): void => {
    if (event.key === key && event.newValue !== null) listener();
  };
  addEventListener('storage', hear);
  return () => removeEventListener('storage', hear);
};
