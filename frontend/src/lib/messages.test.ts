import { expect, test } from 'vitest';
import catalogue from '../messages/en-GB.json';
import { isMessage, say } from './messages';

test('values stand in their places, and the number decides the form', () => {
  expect(say('interval.between', { first: '13:04', last: '13:06' })).toBe('between 13:04 and 13:06');
  expect([0, 1, 2].map((count) => say('age.days', { count }))).toEqual(['0 days', '1 day', '2 days']);
});

test('isMessage knows the catalogue’s names and no others', () => {
  expect([isMessage('age.days'), isMessage('age.years'), isMessage('toString')]).toEqual([true, false, false]);
});

const sources = import.meta.glob<string>('../**/*.{svelte,ts}', { query: '?raw', import: 'default', eager: true });
const program = Object.entries(sources)
  .filter(([name]) => !/\.test\.|generated|openapi/.test(name))
  .map(([, text]) => text)
  .join('\n');
// Names that are put together: `say(`change.${kind}.words`)`.
const patterns = [...program.matchAll(/`([\w.]+\.\$\{[^`]*)`/g)].map(
  ([, text]) => new RegExp(`^${(text ?? '').replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '.+')}$`),
);

test('every message is used', () => {
  const unused = Object.keys(catalogue).filter(
    (name) => !program.includes(`'${name}'`) && !patterns.some((pattern) => pattern.test(name)),
  );
  expect(unused).toEqual([]);
});

test('both forms of a number have the same values', () => {
  const valuesIn = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([value]) => value).sort();
  for (const message of Object.values(catalogue)) {
    if (typeof message === 'string') continue;
    expect(valuesIn(message.other)).toEqual(expect.arrayContaining(valuesIn(message.one)));
  }
});
