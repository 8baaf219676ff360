/** The roles of a table's columns, as clicks change them. */
import { expect, test } from 'vitest';
import { openLab } from '../../tests/unit/in-node';
import type { Roles, Table } from '../workers/types';
import { begin, directed, given } from './preview';

const TABLE = `id,a,b,c,species
${Array.from({ length: 40 }, (_, k) => `${k},${k === 3 ? 'NA' : (k * 0.618) % 1},${k % 2},${2 * ((k * 0.755) % 1) + 3 * (k % 2)},${k % 2 ? 'cat' : 'dog'}`).join('\n')}`;

async function read(): Promise<{ table: Table; roles: Roles; notesOf: (roles: Roles) => Promise<string> }> {
  const { lab } = await openLab('preset=wiggle&particles=1000');
  const table = await lab.exact.table(TABLE);
  const notesOf = async (roles: Roles) => {
    const { notes } = await lab.exact.fit(TABLE, roles);
    return notes.map((note) => note.text).join(' ');
  };
  return { table, roles: begin(table) as Roles, notesOf };
}

test('a click gives a column its role, another takes it away; what it had goes to the one before', async () => {
  const { table, roles, notesOf } = await read();
  expect(roles).toMatchObject({ axes: [2, 3], label: 4, directions: 'none', withoutMissing: false, index: 0 });
  const first = given(table, roles, 1, 'x');
  expect(first.axes).toEqual([1, 3]);
  expect(await notesOf({ ...first, withoutMissing: true })).toContain('x is “a”, y is “c”, the class is “species”');
  expect(given(table, first, 3, 'x').axes).toEqual([3, 1]);
  expect(given(table, first, 3, 'y').axes).toEqual([1]);
  expect(given(table, first, 1, 'x').axes).toEqual([1, 3]);
  expect(given(table, given(table, first, 3, 'x'), 2, 'y').axes).toEqual([3, 2]);
  // The label changes places with the column that becomes it, where that column is one of numbers.
  const other = given(table, roles, 2, 'class');
  expect(other).toMatchObject({ label: 2, axes: [3] });
  expect(await notesOf(other)).toContain('the class is “b”');
}, 120_000);

test('directions are made of all columns of numbers but the one that counts the rows', async () => {
  const { table, roles, notesOf } = await read();
  const both = directed(table, roles, 'discriminant');
  expect(both.axes).toEqual([1, 2, 3]);
  expect(given(table, both, 2, 'x').axes).toEqual([1, 3]);
  expect(await notesOf({ ...both, withoutMissing: true })).toContain('made of 3 columns');
  expect(directed(table, both, 'none').axes).toEqual([2, 3]);
}, 120_000);

test('what has no value is left out from the start, and shown', async () => {
  const { lab } = await openLab('preset=wiggle&particles=1000');
  const table = await lab.exact.table('x,y,class\n1,2,a\nNA,3,b\n2,,a\n4,5,b\n');
  expect(begin(table)?.withoutMissing).toBe(true);
  expect(table.columns.map((column) => column.missing)).toEqual([1, 1, 0]);
  expect(table.first).toHaveLength(4);
  const { notes } = await lab.exact.fit('x,y,class\n1,2,a\nNA,3,b\n2,,a\n4,5,b\n', begin(table));
  expect(notes.map((note) => note.text).join(' ')).toContain('Left out for want of a value: 2 (line 3, 4).');
  await expect(lab.exact.fit('1,a\n2,b', { axes: [9] } as unknown as Roles)).rejects.toMatchObject({ path: 'roles' });
}, 120_000);
