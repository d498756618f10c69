// Colours for what style sheets do not reach: the map's layers and exported pictures.

export type Palette = {
  ink: string;
  soft: string;
  paper: string;
  card: string;
  line: string;
  blue: string;
  deep: string;
  pale: string;
  second: string;
  amber: string;
  amberInk: string;
  amberGround: string;
  sea: string;
  land: string;
  stray: string;
  edge: string;
  steps: readonly string[];
};

const STEPS = ['#e8eef7', '#c5d6ec', '#96b6dc', '#5f8fc7', '#2f67ab', '#123f7d'] as const;

export const light: Palette = {
  ink: '#14202e',
  soft: '#506076',
  paper: '#f6f8fa',
  card: '#ffffff',
  line: '#dfe5ec',
  blue: '#2f67ab',
  deep: '#123f7d',
  pale: '#a3bcdb',
  second: '#75889c',
  amber: '#b08a2e',
  amberInk: '#7b5d12',
  amberGround: '#fbf4e0',
  sea: '#e9eff5',
  land: '#fbfcfd',
  stray: '#dcdfe3',
  edge: '#ffffff',
  steps: STEPS,
};
// On the dark ground more is lighter, so that the eye goes to the many.
export const dark: Palette = {
  ink: '#e8eef5',
  soft: '#9fb0c3',
  paper: '#0e151d',
  card: '#16202b',
  line: '#2a3846',
  blue: '#7fb0ea',
  deep: '#a9cbf3',
  pale: '#35506f',
  second: '#8a9db1',
  amber: '#d9b65c',
  amberInk: '#d9b65c',
  amberGround: '#2a2515',
  sea: '#0b1119',
  land: '#18222d',
  stray: '#333c46',
  edge: '#3a4a5c',
  steps: ['#1b2f49', '#22446f', '#2f67ab', '#5f8fc7', '#96b6dc', '#d3e2f5'],
};

/** Where each of the six steps begins, so that each holds about as many areas; few values give fewer steps. */
export function breaks(values: number[]): number[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  const out: number[] = [];
  for (let step = 1; step < STEPS.length; step++) {
    const value = sorted[Math.floor((sorted.length * step) / STEPS.length)];
    if (value !== undefined && value > (out.at(-1) ?? sorted[0] ?? 0)) out.push(value);
  }
  return out;
}
