import { describe, expect, test } from 'vitest';
import { callWith, feedWith } from './call.fixture';
import { Dictionary } from './dictionary';
import { sorted } from './sort';

const dictionary = new Dictionary(
  feedWith({
    dictionary: {
      natures: [
        { match: '40/*', label: 'Any other', words: '', group: 'other' },
        { match: '40/01 - Other', label: 'Other', words: 'Some other call.', group: 'other' },
        { match: 'burglar?', label: 'Burglar', words: '', group: 'theft' },
      ],
      priorities: [
        { match: '2', label: 'Urgent', words: '', rank: 2 },
        { match: '1', label: 'Emergency', words: '', rank: 1 },
      ],
    },
  }),
);

describe('Dictionary', () => {
  test.each([
    ['40/01 - OTHER', 'Other'],
    ['40/02 - X', 'Any other'],
    ['Burglars', 'Burglar'],
    ['11V/01 - BURG MOTOR VEH', 'Burg motor veh'],
    ['Theft', 'Theft'],
    ['', 'Nature not listed'],
  ])('the nature %s is %s', (text, label) => expect(dictionary.nature(text).label).toBe(label));

  test('a priority without words is ranked by its number', () => {
    expect(dictionary.priority('1').label).toBe('Emergency');
    expect(dictionary.priority('3')).toMatchObject({ label: 'Priority 3', rank: 3 });
    expect(dictionary.priority(null)).toMatchObject({ label: 'No priority is listed', rank: 0 });
  });

  test('priorities stand with the most urgent first', () =>
    expect(dictionary.priorities.map((one) => one.rank)).toEqual([1, 2]));

  test('a search looks through labels, codes and units', () => {
    const text = dictionary.text(
      callWith({ units: [{ unit: 'A12', status: null, joined_between: [null, null], left_between: null }] }),
    );
    for (const part of ['burglary', 'elm st', 'beat 111', 'a12', '26-0001']) expect(text).toContain(part);
  });
});

test('sorted: newest, oldest, by priority, by nature', () => {
  const calls = [
    callWith({ id: 'a', priority: '2', nature: 'Theft', opened_between: [null, '2026-02-11T15:00:00Z'] }),
    callWith({ id: 'b', priority: null, nature: 'Arson', opened_between: [null, '2026-02-11T16:00:00Z'] }),
    callWith({ id: 'c', priority: '1', nature: 'Theft', opened_between: [null, '2026-02-11T15:00:00Z'] }),
  ];
  const ids = (sort: 'newest' | 'oldest' | 'priority' | 'nature') =>
    sorted(calls, sort, dictionary)
      .map((call) => call.id)
      .join('');
  expect([ids('newest'), ids('oldest'), ids('priority'), ids('nature')]).toEqual(['bac', 'cab', 'cab', 'bac']);
});
