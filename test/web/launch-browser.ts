import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from '../../src/launcher/browser.ts';

/** A name that somebody else has let resolve to this machine. */
export const foreignName = 'evil.example';

/** Chromium's sandbox does not run as root. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: [`--host-resolver-rules=MAP ${foreignName} 127.0.0.1`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
