// Builds the pages into the Python package. No inline script, no inline style, no data: fonts: the server's content
// security policy allows none of them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** Asks for the font together with the style sheet, so that the text does not change shape after the first paint. */
function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((name) => /inter-latin-wght-normal.*\.woff2$/.test(name))
          .map((name) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${name}` },
            injectTo: 'head' as const,
          })),
    },
  };
}

/** start.js runs as it is, before the program; under a name of its content a browser that was here has it already. */
function nameStart(): Plugin {
  const source = readFileSync(new URL('src/start.js', import.meta.url), 'utf8');
  const fileName = `assets/start-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`;
  return {
    name: 'name-start',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source });
    },
    transformIndexHtml: { order: 'pre', handler: (html) => html.replace('/src/start.js', `/${fileName}`) },
  };
}

export default defineConfig({
  plugins: [svelte(), nameStart(), preloadFont()],
  worker: { format: 'es' },
  build: {
    outDir: '../src/bluelamp/web/static',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    // What every page needs is one file, not ten small ones.
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'base', test: /node_modules\/(svelte|esm-env)\/|src\/(lib|api)\// }] },
      },
    },
  },
  server: { port: 5173, proxy: { '/api/v1': 'http://127.0.0.1:8000', '/openapi.json': 'http://127.0.0.1:8000' } },
});
