// Unit tests of the modules with logic: no browser, no network. Pages are tested in a real Chromium (tests/browser).
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  test: { include: ['src/**/*.test.ts'], environment: 'node', restoreMocks: true },
});
