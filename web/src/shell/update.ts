const key = 'pgrow-reloaded-at';
const onceInMs = 60_000;

/** After an update of pgrow an open page asks for parts that are gone: it loads again, once; then it says so (`fault-boundary.tsx`). */
export const reloadOnceAfterUpdate = (): void => {
  addEventListener('vite:preloadError', (event) => {
    const before = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - before < onceInMs) return;
    event.preventDefault();
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  });
};
