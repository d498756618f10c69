// A call for the unit tests: that of the shared cases of changes.
import shared from '../../../tests/lib/change-cases.json';
import type { Call, Feed } from './types';

export const callWith = (differences: Partial<Call> = {}): Call => ({ ...shared.call, ...differences });

export const feedWith = (differences: Partial<Feed> = {}): Feed =>
  ({ name: 'dallas-tx', title: 'Dallas Police', zone: 'America/Chicago', dictionary: null, ...differences }) as Feed;
