import { readFileSync } from 'node:fs';
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

/** Pages bring their own files of styles, in whichever order: each says which layer comes before which. */
const layerOrder = (): Plugin => ({
  name: 'layer-order',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('.css') ? { code: `@layer reset, tokens, base, parts, pages;\n${code}`, map: null } : null,
});

const shared = [
  /node_modules\/(react|react-dom|scheduler|wouter|use-sync-external-store|@tanstack\/(react-query|query-core))\//,
  /web\/src\/(data|format|style)\//,
  /web\/src\/parts\/(?!menu-popup|toast-area|dialog|confirm-dialog)/,
];
const isShared = (id: string): boolean => shared.some((each) => each.test(id));

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), layerOrder(), iconInPage()],
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
