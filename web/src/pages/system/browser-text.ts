const browsers = [
  [/\bEdg\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/\bChrome\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* .*Safari/, 'Safari'],
] as const;
const systems = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
] as const;

/** `Firefox 140 on Linux`, from what a browser says of itself; as it says it where that is not known. */
export const browserText = (agent: string): string => {
  const browser = browsers.find(([pattern]) => pattern.test(agent));
  if (!browser) return agent === '' ? 'unknown browser' : agent.slice(0, 60);
  const [pattern, name] = browser;
  const system = systems.find(([known]) => known.test(agent))?.[1];
  return `${name} ${pattern.exec(agent)![1]!}${system === undefined ? '' : ` on ${system}`}`;
};
