import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where the API listens while the console is developed: `PGROW_API=http://127.0.0.1:8080 PGROW_TOKEN=… npx vite web`. */
const api = process.env['PGROW_API'] ?? 'http://127.0.0.1:8080';
const token = process.env['PGROW_TOKEN'];

/** The theme is known before anything is painted: the page waits for its script, which is small and near. */
const blockRendering = (): Plugin => ({
  name: 'block-rendering',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
});

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
  plugins: [react(), layerOrder(), blockRendering()],
  build: {
    target: 'es2023',
    // Neither scripts nor styles nor images stand in the page: the policy of its contents forbids them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What every page needs is one file: a dozen small ones take longer than their sizes say.
    rolldownOptions: { output: { advancedChunks: { groups: [{ name: 'shared', test: isShared }] } } },
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
