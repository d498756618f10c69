// What people read, by name, from one catalogue: the seam for other languages. A catalogue in another language has the
// same names; a sentence is one message, never parts that are put together in the order of English.
import catalogue from '../messages/en-GB.json';

const LOCALE = 'en-GB';
/** A text with `{values}`, or one for each form of number that the language has. */
type Message = string | { one: string; other: string };
export type MessageName = keyof typeof catalogue;

const forms = new Intl.PluralRules(LOCALE);

export const isMessage = (name: string): name is MessageName => Object.hasOwn(catalogue, name);

/** The message of this name with its values; the form of number is that of `values.count`. */
export function say(name: MessageName, values: Record<string, string | number> = {}): string {
  const message: Message = catalogue[name];
  const text = typeof message === 'string' ? message : message[formOf(Number(values.count))];
  return text.replace(/\{(\w+)\}/g, (_, value: string) => String(values[value] ?? ''));
}

const formOf = (count: number): 'one' | 'other' => (forms.select(count) === 'one' ? 'one' : 'other');
