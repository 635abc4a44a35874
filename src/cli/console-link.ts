import type { ApiClient, ChangeRequest } from './api-client.ts';
import { chosenProject } from './chosen-context.ts';

type Asked = Pick<ApiClient, 'url' | 'get'>;

/**
 * Where the web console shows what a verb is about; null where there is no console. Only those who have signed in see it.
 * @param page below that of the database
 */
export const readConsoleLink = async (api: Asked, database: string, page = ''): Promise<string | null> => {
  // It is no part of what was asked for.
  const me = await api.get<{ readonly console?: string | null }>('/v1/me').catch(() => null);
  if (typeof me?.console !== 'string') return null;
  return `${api.url}/p/${encodeURIComponent(chosenProject())}/${encodeURIComponent(database)}${page}`;
};

/** The page on which a change is planned and started: `/scale?do=ha&enabled=true`. */
export const planPage = ({ path, body }: ChangeRequest): string => {
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams([
    ['do', path],
    ...given.map(([name, value]): [string, string] => [name, textOf(value)]),
  ]);
  return `/scale?${search.toString()}`;
};

/** As the console reads it: JSON, and what is none as text. */
const textOf = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value);
  return isJson(value) ? JSON.stringify(value) : value;
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
