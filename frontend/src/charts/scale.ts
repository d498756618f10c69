// An axis from zero with few round steps.

export type Scale = { top: number; ticks: number[] };

export function scaleTo(largest: number, about = 4): Scale {
  if (largest <= 0) return { top: 1, ticks: [0] };
  const rough = largest / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 1.5, 2, 3, 4, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? power * 10,
  );
  const whole = Number.isInteger(step) ? step : Math.ceil(step);
  const ticks: number[] = [];
  // The last one stands at or above the largest, so that no column rises past what can be read off.
  for (let tick = 0; tick < largest + whole * 0.9999; tick += whole) ticks.push(tick);
  return { top: ticks.at(-1) ?? largest, ticks };
}

/** Which months carry a label when `room` labels fit: always the same months of the year. */
export function labelled(months: string[], room: number): Set<string> {
  const step = [1, 2, 3, 6, 12, 24, 36, 60, 120].find((one) => months.length / one <= Math.max(room, 1)) ?? 240;
  const kept = months.filter((month) => {
    const [year = 0, number = 1] = month.split('-').map(Number);
    return (year * 12 + number - 1) % step === 0;
  });
  return new Set(kept.length > 0 ? kept : months.slice(0, 1));
}
