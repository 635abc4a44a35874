// Before anything is painted; a file of its own, because the page waits for it. Which themes there are: src/shell/theme.ts.
const chosen = localStorage.getItem('pgrow-theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
