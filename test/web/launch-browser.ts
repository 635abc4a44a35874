import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from '../../src/launcher/browser.ts';

/** Chromium's sandbox does not run as root. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
