import { describe, expect, test } from 'vitest';
import { csvOf } from '../../src/cli/csv.ts';

describe('rows as CSV', () => {
  test('have the key, then a column for each field that any row has', async () => {
    const rows = [
      { key: 'a', row: { size: 1, name: 'data' } },
      { key: 'b', row: { name: null, late: true } },
      { key: 'c', row: 7 },
    ];
    expect(await csvOf(rows)).toBe('key,size,name,late,row\r\na,1,data,,\r\nb,,,true,\r\nc,,,,7\r\n');
  });

  test.each([
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'a"b', '"a""b"'],
    ['a line feed', 'a\nb', '"a\nb"'],
    ['a carriage return', 'a\rb', '"a\rb"'],
    ['a list', ['node1', 'node2'], '"[""node1"",""node2""]"'],
    ['an object', { path: '/dev/sdb' }, '"{""path"":""/dev/sdb""}"'],
    ['a number below zero', -5, '-5'],
    ['false', false, 'false'],
    ['nothing', '', ''],
    ['=', '=1+1', "'=1+1"],
    ['+', '+1', "'+1"],
    ['-', '-1', "'-1"],
    ['@', '@SUM(A1)', "'@SUM(A1)"],
    ['= before a comma', '=A1,B1', `"'=A1,B1"`],
  ])('quote what must be, and start no formula: %s', async (_, value, cell) => {
    expect(await csvOf([{ key: 'k', row: { value } }])).toBe(`key,value\r\nk,${cell}\r\n`);
  });

  test('that are none are a header alone', async () => {
    expect(await csvOf([])).toBe('key\r\n');
  });
});
