import { z } from 'zod';

/** Arguments that several tools take. */

export const nothing = z.strictObject({});

export const database = z.string().min(1).max(63).describe('Name or id of the database.');
export const ofDatabase = z.strictObject({ database });

/** With or without a look at the nodes. */
export const seenDatabase = ofDatabase.extend({
  fresh: z
    .boolean()
    .default(false)
    .describe('Look at the nodes now, instead of at what the monitor has recorded within the last seconds.'),
});

/** @param usual entries where none are asked for: an answer has to fit into what an agent keeps in mind */
export const page = (usual: number) => ({
  limit: z.number().int().min(1).max(100).default(usual).describe('Entries in one answer.'),
  cursor: z.string().optional().describe('Continues the list: next_cursor of the answer before.'),
});

export const query = (
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>,
): string => {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(Object.fromEntries(given)).toString()}`;
};
