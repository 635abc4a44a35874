/** The theme that was chosen. A page that is opened has it from `public/theme.js`, before anything is painted. */
const key = 'pgrow-theme';
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const readTheme = (): Theme => {
  const stored = globalThis.localStorage?.getItem(key);
  return themes.find((theme) => theme === stored) ?? 'system';
};

const applyTheme = (theme: Theme): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
};

export const chooseTheme = (theme: Theme): void => {
  localStorage.setItem(key, theme);
  applyTheme(theme);
};
