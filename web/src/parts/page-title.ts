import { useEffect } from 'react';

/** Of the tab: `shop · Scale · pgrow`. No secret ever stands in it. */
export const usePageTitle = (...parts: readonly string[]): void => {
  const title = [...parts, 'pgrow'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
};
