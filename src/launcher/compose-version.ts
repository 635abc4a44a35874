/** Older ones have not been tried with docker-compose.yml. */
const oldest = [2, 20] as const;

/** Reads what `docker compose version --short` prints: `2.40.3`, `v2.3.4-desktop.1`. */
export const isUsableCompose = (version: string): boolean => {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version.trim()) ?? [];
  if (major === undefined) return false;
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
};
