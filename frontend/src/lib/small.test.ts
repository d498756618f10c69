// The small modules: colours, lists of names, the newest month, words that no record has, waiting.
import { expect, test } from 'vitest';
import { breaks } from './colours';
import { fieldName, list } from './fields';
import { latestWords } from './latest';
import { withoutUnknown } from './unknown';
import { viewOf } from './view';
import { within } from './within';

test('breaks: six steps of about as many areas each, fewer for few values', () => {
  expect(breaks([])).toEqual([]);
  expect(breaks([0, 0, 5, 5])).toEqual([]);
  expect(breaks([1, 2, 3, 4, 5, 6])).toEqual([2, 3, 4, 5, 6]);
});

test('list joins names as people do', () => {
  expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
  expect(fieldName('last_outcome')).toBe('last outcome');
});

test.each([
  [{ month: '2021-11', forces: 2, of_forces: 45 }, 'November 2021, from 2 of 45 forces'],
  [{ month: '2021-11', forces: 1, of_forces: 1 }, 'November 2021, from 1 force'],
  [{ month: '2021-11' }, 'November 2021'],
])('latestWords(%o)', (card, words) => expect(latestWords(card)).toBe(words));

test('withoutUnknown drops the values that a sentence names, and says where there are none', () => {
  const view = viewOf(new URLSearchParams('object=Old words&object=Drugs'));
  const values = ['Old words', 'Drugs'].map((value) => ({ value, label: value }));
  const state = { from: null, to: null, where: [{ field: 'object', label: 'Object', negated: false, values }] };
  expect(withoutUnknown(view, state, ['No record has the object “Old words”.'])?.where[0]?.values).toEqual(['Drugs']);
  expect(withoutUnknown(view, state, ['Something else.'])).toBeNull();
});

test('within gives what is found, and fails when its time is over', async () => {
  let looks = 0;
  expect(await within(5, () => (++looks > 1 ? 'there' : null))).toBe('there');
  await expect(within(0, () => null)).rejects.toThrow('it took more than 0 seconds');
});
