import { describe, expect, test } from 'vitest';
import { cleared, filtered, query, search, toggled, valuesOf, viewOf, withMonths, withValues } from './view';

const view = (text: string) => viewOf(new URLSearchParams(text));

describe('viewOf', () => {
  test('reads months, filters, map, version and shade', () => {
    expect(
      view('from=2023-01&to=2023-03&force=kent&force=gwent&crime_type.not=Drugs&map=51.5,-0.1,9&version=v1&shade=rate'),
    ).toEqual({
      from: '2023-01',
      to: '2023-03',
      where: [
        { field: 'force', negated: false, values: ['kent', 'gwent'] },
        { field: 'crime_type', negated: true, values: ['Drugs'] },
      ],
      map: { lat: 51.5, lon: -0.1, zoom: 9 },
      version: 'v1',
      shade: 'rate',
    });
  });

  test('a value that is chosen twice counts once', () =>
    expect(view('force=kent&force=kent').where[0]?.values).toEqual(['kent']));

  test.each([
    'from=2023-13',
    'from=2023',
    'map=91,0,9',
    'map=1,2',
    'map=a,b,c',
    'shade=other',
    'theme=dark&q=x&limit=2',
  ])('what is not understood in %s is not there', (text) => expect(view(text)).toEqual(view('')));

  test('a zoom beyond the map is brought within it', () => expect(view('map=1,2,40').map?.zoom).toBe(18));
});

describe('search and query', () => {
  test('search writes what viewOf reads', () => {
    const text = '?from=2023-01&force=kent&crime_type.not=Drugs&shade=rate&version=v1&map=51.5000,-0.1000,9.00';
    expect(search(viewOf(new URLSearchParams(text)))).toBe(text);
    expect(search(view(''))).toBe('');
  });

  test('query writes filters as the API reads them', () =>
    expect(query(view('to=2023-03&force=kent&crime_type.not=Drugs'), { format: 'csv' })).toBe(
      'to=2023-03&where=force%3Dkent&where=crime_type%21%3DDrugs&format=csv',
    ));
});

describe('choosing', () => {
  test('toggled adds a value and takes it back', () => {
    const one = toggled(view(''), 'force', 'kent');
    expect(valuesOf(one, 'force')).toEqual(['kent']);
    expect(toggled(one, 'force', 'kent').where).toEqual([]);
  });

  test('withValues leaves the other sense of a field alone', () => {
    const both = withValues(view('force.not=kent'), 'force', ['gwent']);
    expect(both.where).toHaveLength(2);
    expect(withValues(both, 'force', []).where).toEqual([{ field: 'force', negated: true, values: ['kent'] }]);
  });

  test('cleared keeps what is no filter', () => {
    const chosen = withMonths(view('force=kent&version=v1&shade=rate'), '2023-01', null);
    expect(filtered(chosen)).toBe(true);
    expect(filtered(cleared(chosen))).toBe(false);
    expect(cleared(chosen)).toMatchObject({ version: 'v1', shade: 'rate' });
  });
});
