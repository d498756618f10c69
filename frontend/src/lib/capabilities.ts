// What a dataset has, and what of it can be asked: pages go by these, never by its name.
import type { Capabilities } from '../api/answers';
import { CAPABILITIES } from './capabilities.generated';

const known: Readonly<Record<string, Capabilities>> = CAPABILITIES;

/** Those of a dataset; before its name is known, those of published data. */
export const capabilitiesOf = (dataset: string): Capabilities => known[dataset] ?? CAPABILITIES.crimes;

/** Whether a dataset is watched rather than published: its days are held as far as somebody looked. */
export const isWatched = (dataset: string): boolean => capabilitiesOf(dataset).counts_days;
