// Whether a page's filters keep no record at all. Where a figure is not known, nobody can say that.
import type { Answers, TotalCard } from '../api/answers';

export function nothingIn(answers: Answers): boolean {
  const totals = Object.values(answers.cards).filter((card): card is TotalCard => !card.error && card.kind === 'total');
  return totals.length > 0 && totals.every((card) => !card.value && card.also.every((one) => !one.value));
}
