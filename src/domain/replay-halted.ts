const opening = 'it cannot replay the creation of a tablespace at';

/**
 * What a replica's server said last when it died in replay for want of a tablespace's directory, in words for an operator;
 * null for anything else. It restarts and dies again, forever: the directory is on the primary alone.
 */
export const whyReplayHalted = (log: string, database: string, node: string): string | null => {
  const found = /FATAL: .*directory "([^"]+)" does not exist[\s\S]*?for the tablespace/.exec(log);
  if (!found) return null;
  return (
    `${opening} ${found[1]}, a directory that it does not have. Move what is in it to ` +
    `pg_default on the primary and drop it, then: ./pgrow reinit ${database} ${node}`
  );
};

/** Whether that is what a node's detail says. */
export const isReplayHalted = (detail: string | null): detail is string => detail?.startsWith(opening) ?? false;
