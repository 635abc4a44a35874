import { useEffect } from 'react';

/** A ring in the tab's icon that fills up; the icon as it was without it. `share`: 0 to 1, null for none. */
export const useFaviconProgress = (share: number | null): void => {
  const percent = share === null ? null : Math.round(share * 100);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!link || percent === null) return undefined;
    const before = link.href;
    link.href = ring(percent);
    return () => {
      link.href = before;
    };
  }, [percent]);
};

const around = 2 * Math.PI * 12;

const ring = (percent: number): string => {
  const circle = (color: string, dash: string): string =>
    `<circle cx="16" cy="16" r="12" fill="none" stroke="${color}" stroke-width="6"${dash}/>`;
  const dash = ` stroke-dasharray="${(around * percent) / 100} ${around}" transform="rotate(-90 16 16)"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${circle('#9aa5b1', '')}${circle('#1456a8', dash)}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
};
