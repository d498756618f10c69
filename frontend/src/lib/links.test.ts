import { expect, test } from 'vitest';
import { downloadsOf, embedPath, hasAges, pinned, recordFiles, recordsPath } from './links';
import { viewOf } from './view';

const view = viewOf(new URLSearchParams('force=kent&map=51,0,9&version=v1'));
const names = (files: { name: string }[]): string[] => files.map((file) => file.name);

test('a question is pinned to the view’s version once', () => {
  expect(downloadsOf(null, view)).toEqual([]);
  expect(downloadsOf('crimes', view)[0]).toEqual({
    name: 'CSV',
    href: '/api/v1/questions/crimes?format=csv&version=v1',
  });
  expect(downloadsOf('crimes?version=v0', view)[0]?.href).toBe('/api/v1/questions/crimes?version=v0&format=csv');
});

test('Excel’s own file stands first where there are ages', () => {
  expect(names(downloadsOf('stops?by=age_range', view))).toEqual(['Excel', 'CSV', 'Parquet', 'JSON']);
  expect(names(downloadsOf('stops?by=object', view))[0]).toBe('CSV');
  expect(names(recordFiles('stops', view))).toEqual(['Excel', 'CSV', 'Parquet', 'JSON', 'GeoJSON']);
  expect(hasAges('crimes?by=age_range')).toBe(false);
});

test('addresses keep the filters, and records have no map', () => {
  expect(recordsPath('crimes', view)).toBe('/records/crimes?force=kent&version=v1');
  expect(embedPath('crime', 'by-month', view)).toBe(
    '/embed/crime/by-month?force=kent&version=v1&map=51.0000,0.0000,9.00',
  );
  expect(pinned(view, 'v2').version).toBe('v2');
});
