import type { Page } from 'playwright-core';

/**
 * What stands wrong in the window as it is, a line for each: texts and controls that lie on each other, that are cut off or
 * outside of the window, and controls that are too small. Of an open dialog only what is in it.
 */
export const misplaced = (page: Page): Promise<readonly string[]> => page.evaluate(`(${look})()`);

/** Pixels on a side: what letters reach over their line, and what rounding takes. */
const slack = 3;
const leastTarget = 24;

const look = `async () => {
  // Where something comes in, once it is there.
  const moving = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
  await Promise.allSettled(moving.map(({ finished }) => finished));
  const dialogs = [...document.querySelectorAll('[role=dialog], [role=alertdialog], [role=menu]')];
  const root = dialogs.at(-1) ?? document.body;
  const controls = 'a[href], button, input, select, textarea, summary, [role=tab], [role=menuitem], [tabindex="0"]';
  const styleOf = new Map();
  const style = (element) => {
    if (!styleOf.has(element)) styleOf.set(element, getComputedStyle(element));
    return styleOf.get(element);
  };
  const above = function* (element) {
    for (let each = element; each && each !== document.documentElement; each = each.parentElement) yield each;
  };
  const box = ({ left, top, right, bottom }) => ({ left, top, right, bottom });
  const cross = (a, b) => ({ left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom) });
  const isEmpty = ({ left, top, right, bottom }) => right - left < 1 || bottom - top < 1;
  // For readers of the screen only, or what nothing is drawn of.
  const isHidden = (element) =>
    !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ||
    [...above(element)].some((each) => each.matches('.visually-hidden, [aria-hidden=true], [inert]') || each.clientWidth === 1);
  const nameOf = (element, text) => {
    const own = (text ?? element.getAttribute('aria-label') ?? element.textContent ?? '').trim().replace(/\\s+/g, ' ').slice(0, 40);
    return element.localName + ' "' + own + '"';
  };
  // What is seen of it in what scrolls or cuts around it.
  const seenOf = (holder, rect) => {
    let seen = box(rect);
    for (const each of above(holder)) {
      const { overflowX, overflowY } = style(each);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      seen = cross(seen, each.getBoundingClientRect());
    }
    return seen;
  };
  const scrollsX = (each) => /auto|scroll/.test(style(each).overflowX) && each.scrollWidth > each.clientWidth;
  const scrollsY = (each) => /auto|scroll/.test(style(each).overflowY) && each.scrollHeight > each.clientHeight;
  const isIn = (element, scrolls) => [...above(element)].some(scrolls);
  const atoms = [];
  const wrong = new Set();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || isHidden(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (isEmpty(rect)) continue;
      const name = nameOf(element, node.data);
      if (!isIn(element, scrollsX) && (rect.left < -1 || rect.right > innerWidth + 1)) wrong.add(name + ' is outside of the window');
      const seen = seenOf(element, rect);
      if (isEmpty(seen)) continue;
      const isCutX = seen.right < rect.right - ${slack} || seen.left > rect.left + ${slack};
      const isCutY = seen.bottom < rect.bottom - ${slack} || seen.top > rect.top + ${slack};
      if ((isCutX && !isIn(element, scrollsX) && style(element).textOverflow !== 'ellipsis') || (isCutY && !isIn(element, scrollsY)))
        wrong.add(name + ' is cut off');
      atoms.push({ element, box: seen, name });
    }
  }
  for (const element of root.querySelectorAll(controls)) {
    if (isHidden(element) || isEmpty(element.getBoundingClientRect())) continue;
    const whole = element.matches('input[type=checkbox], input[type=radio]') ? (element.closest('label') ?? element) : element;
    const rect = whole.getBoundingClientRect();
    const isInText = element.localName === 'a' && style(element).display === 'inline';
    if (!isInText && Math.min(rect.width, rect.height) < ${leastTarget} - 0.5)
      wrong.add(nameOf(element) + ' is ' + Math.round(rect.width) + ' × ' + Math.round(rect.height) + ' pixels');
    const seen = seenOf(element.parentElement, element.getBoundingClientRect());
    if (!isInText && !isEmpty(seen)) atoms.push({ element, box: seen, name: nameOf(element) });
  }
  // What stays where it is while the rest goes on below it.
  const layerOf = (element) => [...above(element)].find((each) => /fixed|sticky/.test(style(each).position));
  const isPartOf = (a, b) => a.contains(b) || b.contains(a) || (a.closest('label') ?? a).contains(b) || (b.closest('label') ?? b).contains(a);
  atoms.sort((a, b) => a.box.top - b.box.top);
  for (const [index, one] of atoms.entries())
    for (let next = index + 1; next < atoms.length && atoms[next].box.top < one.box.bottom - ${slack}; next += 1) {
      const other = atoms[next];
      const both = cross(one.box, other.box);
      if (both.right - both.left <= ${slack} || both.bottom - both.top <= ${slack}) continue;
      if (isPartOf(one.element, other.element) || layerOf(one.element) !== layerOf(other.element)) continue;
      wrong.add(one.name + ' and ' + other.name + ' lie on each other');
    }
  return [...wrong];
}`;
