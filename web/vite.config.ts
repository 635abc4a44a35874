import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where the API listens while the console is developed: `PGROW_API=http://127.0.0.1:8080 PGROW_TOKEN=… npx vite web`. */
const api = process.env['PGROW_API'] ?? 'http://127.0.0.1:8080';
const token = process.env['PGROW_TOKEN'];

/** One request less before the page is there. */
const iconInPage = (): Plugin => ({
  name: 'icon-in-page',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) => html.replace('/src/shell/icon.svg', `data:image/svg+xml,${encodeURIComponent(icon)}`),
  },
});
const icon = readFileSync(new URL('src/shell/icon.svg', import.meta.url), 'utf8').trim();

/** Files of styles by what the names of their classes end with. */
const files = new Map<string, string>();

/** Short: names of classes are much of what is sent, in styles and in scripts. */
const classNameOf = (name: string, file: string): string => {
  const hash = createHash('sha256')
    .update(relative(import.meta.dirname, file))
    .digest('hex');
  let length = 2;
  while ((files.get(hash.slice(0, length)) ?? file) !== file) length += 1;
  files.set(hash.slice(0, length), file);
  return `${name}-${hash.slice(0, length)}`;
};

const shared = [
  /node_modules\/(react|react-dom|scheduler|wouter|use-sync-external-store|@tanstack\/(react-query|query-core))\//,
  /web\/src\/(data|format|style)\//,
  /web\/src\/parts\/(?!menu-popup|toast-area|dialog|confirm-dialog)/,
];
const isShared = (id: string): boolean => shared.some((each) => each.test(id));

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), iconInPage()],
  css: { modules: { generateScopedName: classNameOf } },
  build: {
    target: 'es2023',
    // Neither scripts nor styles nor images stand in the page: the policy of its contents forbids them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What is shown first is one script, and so is what most pages share: a dozen small ones take longer than their sizes say.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'] },
            { name: 'shared', test: isShared },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '^/(v1|graphql|openapi.json|docs|healthz)': {
        target: api,
        changeOrigin: true,
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      },
    },
  },
});
