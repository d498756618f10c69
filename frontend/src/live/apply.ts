// A call is the sum of its changes: the same rules as the server's, so that page and server always agree. One file of
// cases holds both to it (tests/lib/change-cases.json). No call is changed in place: a holder may go on reading it.
import type { Call, Change, Unit } from './types';

export type Calls = Map<string, Call>;

/** The call after a change; null where the change cannot be applied to what is known. */
export function applied(call: Call | undefined, change: Change): Call | null {
  if (change.kind === 'opened' || change.kind === 'reopened') return change.details ?? null;
  if (!call) return null;
  const after: Call = { ...call, revision: call.revision + 1 };
  switch (change.kind) {
    case 'closed':
    case 'aged_out':
      after.closed_between = change.between;
      after.ended = change.kind;
      after.units = call.units.map((unit) => ({ ...unit, left_between: change.between }));
      break;
    case 'unit_joined':
      after.units = [...call.units, joined(change)].sort(byName);
      break;
    case 'unit_left': {
      const gone = call.units.filter((unit) => unit.unit === change.unit);
      after.units = call.units.filter((unit) => unit.unit !== change.unit);
      after.former_units = [...call.former_units, ...gone.map((unit) => ({ ...unit, left_between: change.between }))];
      break;
    }
    case 'updated':
      update(after, call, change);
      break;
    case 'located':
      after.place = change.place ?? null;
      break;
  }
  return after;
}

/** By character, as the server sorts; those of one name stay in their order. */
const byName = (a: Unit, b: Unit): number => (a.unit === b.unit ? 0 : a.unit < b.unit ? -1 : 1);

function joined(change: Change): Unit {
  const status = change.fields?.status?.[1];
  return {
    unit: change.unit ?? '',
    status: typeof status === 'string' ? status : null,
    joined_between: change.between ?? [null, change.at],
    left_between: null,
  };
}

function update(after: Call, call: Call, change: Change): void {
  const fields = change.fields ?? {};
  if (change.unit === null) {
    for (const [name, pair] of Object.entries(fields)) (after as Record<string, unknown>)[name] = pair[1];
    return;
  }
  const status = fields.status?.[1];
  after.units = call.units.map((unit) =>
    unit.unit === change.unit ? { ...unit, status: typeof status === 'string' ? status : null } : unit,
  );
}
