/** No name and no id is longer. */
const longest = 63;

/** A name or an id as somebody sent it, fit for a message and for the record: short, and without what PostgreSQL cannot keep. */
export const shortened = (text: string): string => text.slice(0, longest).replaceAll('\0', '').toWellFormed();
