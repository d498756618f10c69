import { describe, expect, test } from 'vitest';
import {
  capital,
  change,
  count,
  day,
  month,
  monthsBetween,
  plural,
  share,
  shortDay,
  shortMonth,
  shortSpan,
} from './words';

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1034848, '1,034,848'],
  ])('count(%d) is %s', (value, words) => expect(count(value)).toBe(words));

  test.each([
    [0, '0%'],
    [0.001, '<1%'],
    [0.005, '1%'],
    [0.254, '25%'],
    [1, '100%'],
  ])('share(%d) is %s', (value, words) => expect(share(value)).toBe(words));

  test.each([
    [0.004, 'about the same as'],
    [-0.042, '4.2% fewer than'],
    [0.31, '31% more than'],
  ])('change(%d) is %s', (value, words) => expect(change(value)).toBe(words));

  test('plural uses the singular for one only', () => {
    expect([0, 1, 2].map((n) => plural(n, 'call'))).toEqual(['0 calls', '1 call', '2 calls']);
    expect(plural(2000, 'entry', 'entries')).toBe('2,000 entries');
  });

  test('capital changes the first letter only', () => expect(capital('stop and Search')).toBe('Stop and Search'));
});

describe('dates', () => {
  test('a month is written long or short, and other text is left alone', () => {
    expect(month('2021-09')).toBe('September 2021');
    expect(shortMonth('2021-09')).toBe('Sep 2021');
    expect(month('2021')).toBe('2021');
  });

  test('a span of one month names it once', () => {
    expect(shortSpan('2021-01', '2021-01')).toBe('Jan 2021');
    expect(shortSpan('2021-01', '2021-03')).toBe('Jan 2021 – Mar 2021');
  });

  test('a day has its weekday, whatever the zone of the machine', () => {
    expect(day('2026-03-09')).toBe('Monday 9 March 2026');
    expect(shortDay('2026-09-01')).toBe('1 Sep');
  });

  test('monthsBetween includes both ends and crosses years', () => {
    expect(monthsBetween('2023-11', '2024-02')).toEqual(['2023-11', '2023-12', '2024-01', '2024-02']);
    expect(monthsBetween('2024-02', '2024-01')).toEqual([]);
  });
});
