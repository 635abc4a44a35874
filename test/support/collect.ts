/** All that it yields. */
export const collect = async <T>(from: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  for await (const each of from) all.push(each);
  return all;
};
