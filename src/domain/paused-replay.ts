interface Standing {
  readonly name: string;
  /** Settings that a standby must not have lower than its primary. */
  readonly limits: Readonly<Record<string, number>> | null;
}

/** Why a standby has stopped replaying, and how it continues: its primary has more of something, or an operator has paused it. */
export const whyPaused = (database: string, standby: Standing, primary: Standing | null): string => {
  const low = Object.entries(standby.limits ?? {}).flatMap(([limit, own]) => {
    const needed = primary?.limits?.[limit] ?? 0;
    return own < needed ? [`its ${limit} is ${own}, ${primary!.name} has ${needed}`] : [];
  });
  const stands = `${standby.name} has stopped replaying and answers with old data`;
  return low.length > 0
    ? `${stands}: ${low.join(', ')}. Rebuild it with the settings of ${primary!.name}: ./pgrow reinit ${database} ${standby.name}`
    : `${stands}: its replay is paused. To resume it, run there as superuser: SELECT pg_wal_replay_resume()`;
};
