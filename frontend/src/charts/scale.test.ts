import { describe, expect, test } from 'vitest';
import { labelled, scaleTo } from './scale';

describe('scaleTo', () => {
  test.each([
    [0, 1, [0]],
    [3, 3, [0, 1, 2, 3]],
    [10, 12, [0, 3, 6, 9, 12]],
    [100, 120, [0, 30, 60, 90, 120]],
  ])('%d ends at %d', (largest, top, ticks) => expect(scaleTo(largest)).toEqual({ top, ticks }));

  test('no column rises past the last tick', () => {
    for (let largest = 1; largest < 5000; largest += 7) expect(scaleTo(largest).top).toBeGreaterThanOrEqual(largest);
  });
});

describe('labelled', () => {
  const months = Array.from(
    { length: 36 },
    (_, at) => `${2020 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`,
  );

  test('always the same months of the year', () => {
    expect([...labelled(months, 6)]).toEqual(['2020-01', '2020-07', '2021-01', '2021-07', '2022-01', '2022-07']);
    expect(labelled(months, 100).size).toBe(36);
  });

  test('the first month is labelled where none is due', () =>
    expect([...labelled(['2021-02', '2021-03', '2021-05'], 1)]).toEqual(['2021-02']));
});
