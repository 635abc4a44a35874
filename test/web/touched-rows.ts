import type { Page } from 'playwright-core';

/** Counts from now on which rows of a table are changed in any way. Countdowns, which change every second, do not count. */
export const watchRows = (page: Page): Promise<void> =>
  page.evaluate(`(() => {
    window.touchedRows = new Set();
    const rowOf = (node) => (node instanceof Element ? node : node.parentElement)?.closest('tr');
    const isClock = (node) => (node instanceof Element ? node : node.parentElement)?.closest('time') !== null;
    const note = (row) => row && window.touchedRows.add(row.querySelector('th')?.textContent ?? '');
    new MutationObserver((changes) => {
      for (const { target, addedNodes, removedNodes } of changes) {
        if (isClock(target)) continue;
        const row = rowOf(target);
        if (row) note(row);
        else for (const node of [...addedNodes, ...removedNodes]) note(rowOf(node));
      }
    }).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true, attributes: true });
  })()`);

/** Names in the rows that were. */
export const touchedRows = (page: Page): Promise<readonly string[]> => page.evaluate('[...window.touchedRows]');
