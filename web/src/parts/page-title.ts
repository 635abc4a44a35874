import { useEffect } from 'react';

let page = 'pgrow';
let progress: string | null = null;

const show = (): void => {
  document.title = progress === null ? page : `${progress} · pgrow`;
};

/** Of the tab: `shop · Scale · pgrow`. No secret ever stands in it. */
export const usePageTitle = (...parts: readonly string[]): void => {
  const title = [...parts, 'pgrow'].join(' · ');
  useEffect(() => {
    page = title;
    show();
  }, [title]);
};

/** In its place while something gets on: `22/29 shop`. Null for nothing. */
export const useProgressTitle = (text: string | null): void => {
  useEffect(() => {
    progress = text;
    show();
    return () => {
      progress = null;
      show();
    };
  }, [text]);
};
