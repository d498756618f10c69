// The cases that the server's bluelamp.domain.change.apply is held against as well (tests/unit/domain/test_change.py).
import { expect, test } from 'vitest';
import shared from '../../../tests/lib/change-cases.json';
import { applied } from './apply';
import type { Call, Change } from './types';

type Differences = Record<string, unknown>;
const callWith = (differences: Differences | null): Call | undefined =>
  differences ? { ...shared.call, ...differences } : undefined;
const changeWith = (differences: Differences): Change => {
  const change = { ...shared.change, ...differences } as Change;
  return differences.details === 'call' ? { ...change, details: shared.call } : change;
};

/** An object that cannot be written to, all the way down: a change of it throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

test.each(shared.cases)('applied: $name', ({ before, changes, after }) => {
  let call: Call | null | undefined = callWith(before);
  for (const change of changes) {
    if (call === null) break;
    call = applied(frozen(call), frozen(changeWith(change)));
  }
  expect(call).toEqual(after === null ? null : callWith(after));
});
