// What eslint holds: faults that types do not show. Form is prettier's, so every rule about form is off.
// Run by `npm run check`, together with types, accessibility warnings, prettier and the unit tests.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default defineConfig(
  { ignores: ['node_modules/', 'public/', 'src/api/openapi.d.ts', '**/*.generated.*'] },
  js.configs.recommended,
  { files: ['**/*.ts', '**/*.svelte'], extends: [ts.configs.strictTypeChecked] },
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.es2022 } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  { files: ['scripts/**', '*.js'], languageOptions: { globals: globals.node } },
  {
    files: ['**/*.ts', '**/*.svelte'],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vite.config.ts', 'vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // A number in a template is a number on the page: there is nothing to be mistaken about.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNullish: false }],
      // `() => change(value)` is how a handler is written here; its result is not used.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `void value;` in an effect is how Svelte learns that the effect depends on the value.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // `{' '}` keeps a space that would be lost at the end of a line.
      'svelte/no-useless-mustaches': 'off',
      // Maps here are replaced whole, or local to a function: none is changed while a template reads it.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      // This parser does not know the types that another component exports, nor what an {#if} has ruled out;
      // svelte-check knows both and holds the same.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
