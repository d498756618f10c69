// Names of fields that stand in a view but not in this card's data.
export const fieldName = (field: string): string => field.replaceAll('_', ' ');
export const list = (names: string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

const DATASETS: Record<string, string> = {
  crimes: 'Street crime',
  outcomes: 'Outcomes',
  stops: 'Stop and search',
  calls: 'Calls for service',
  incidents: 'Incident reports',
};
export const datasetName = (name: string): string => DATASETS[name] ?? name;
