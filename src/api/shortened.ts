/** No name and no id is longer. */
const longest = 63;

/** A name or an id from a request, made fit for messages and for the record: short, and without what PostgreSQL cannot store. */
export const shortened = (text: string): string => text.slice(0, longest).replaceAll('\0', '').toWellFormed();
