import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../docs-site/reference/cinderlib/row.ts';
import { SECTIONS } from '../../docs-site/reference/cinderlib/sections.ts';
import { ROOT } from '../../docs-site/reference/source.ts';
import { leavesOf, wholeProgram } from '../cli/grammar.ts';

const rows = SECTIONS.flatMap(({ rows }) => rows);
const textOf = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8').catch(() => '');

const TITLE =
  /(?:\b(?:test|it)(?:\.\w+)*|\]\)|\.each\([^\n]*\))\(\s*(?:'((?:[^'\\\n]|\\.)+)'|"([^"\n]+)"|`([^`\n]+)`),/g;

/** The titles of a file's tests, as they stand there. */
const titlesOf = async (path: string): Promise<readonly string[]> =>
  [...(await textOf(path)).matchAll(TITLE)].map(([, single, double, template]) => single ?? double ?? template ?? '');

/** What stands as code in a column, each with its cell. */
const namedIn = (column: (row: Row) => string | null): readonly (readonly [cell: string, said: string])[] =>
  rows.flatMap((row) => {
    const cell = column(row) ?? '';
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, said]) => [cell, said ?? ''] as const);
  });

/** What cinderlib's users have, as its documentation and its modules name it. */
const DOCUMENTED: Readonly<Record<string, string>> = {
  Setup: `setup global_setup file_locks_path root_helper suppress_requests_ssl_warnings disable_logs non_uuid_ids
    output_all_backend_info project_id user_id persistence_config fail_on_missing_backend host`,
  Backend: `volume_backend_name volume_driver backends id config initialized pool_names stats volumes volumes_filtered
    create_volume validate_connector refresh list_supported_drivers`,
  Volume: `id name description size status attach_status metadata user_id project_id snapshot_id source_volid host
    availability_zone scheduled_at launched_at created_at deleted terminated_at deleted_at bootable extra_specs qos_specs
    pool_name snapshots connections name_in_storage delete extend clone refresh save get_by_id get_by_name`,
  Snapshot: `create_snapshot id name description status volume volume_id volume_size delete create_volume refresh save
    get_by_id get_by_name`,
  Connection: `attach detach connect disconnect cleanup connected attached protocol path device attach_mode use_multipath
    connector_info conn_info device_attached extend refresh save get_by_id get_connector_properties
    use_multipath_for_image_xfer enforce_multipath_for_image_xfer multipath force ignore_errors`,
  'Key-value': 'KeyValue set_key_value get_key_values delete_key_value',
  'Saving and loading': 'json jsons dump dumps to_dict to_json to_jsons simplified load save load_backend refresh',
  Tracking: 'refresh local_attach',
  Persistence: 'memory memory_db db sqlite mysql PostgreSQL set_persistence get_volumes set_volume delete_volume',
  Errors:
    'NotFound VolumeNotFound SnapshotNotFound ConnectionNotFound InvalidVolume InvalidPersistence NotLocal resource',
};

describe('the table of cinderlib', () => {
  test.each(Object.keys(DOCUMENTED))('has a row for each name of its documentation: %s', (title) => {
    const said = SECTIONS.find((section) => section.title === title)?.rows.map(({ cinderlib }) => cinderlib) ?? [];
    const words = new Set(said.join(' ').match(/\w+/g));
    expect(DOCUMENTED[title]?.split(/\s+/).filter((name) => !words.has(name))).toEqual([]);
  });

  test('has no row that is empty, and none twice', () => {
    for (const { title, rows } of SECTIONS) {
      expect(new Set(rows.map(({ cinderlib }) => cinderlib)).size, title).toBe(rows.length);
    }
    for (const { cinderlib, library, cli, is, by } of rows) {
      for (const cell of [cinderlib, library ?? cli, cli ?? library, ...by]) expect(cell).toMatch(/\w/);
      expect(is).toMatch(/^(same|(same|better|different): \w.*[^.])$/);
    }
  });

  test.each([...new Set(rows.map(({ by: [file] }) => file))])('names tests that are there: %s', async (file) => {
    const named = rows.flatMap(({ by }) => (by[0] === file ? [by[1]] : []));
    expect(await titlesOf(file)).toEqual(expect.arrayContaining(named));
  });

  test('names verbs, options and settings that are there', async () => {
    const verbs = leavesOf(await wholeProgram()).map(({ path }) => path);
    const reference = (await textOf('docs/reference/cli.md')) + (await textOf('docs/reference/configuration.md'));
    for (const [cell, said] of namedIn(({ cli }) => cli)) {
      const verb = said.match(/^scoria ([a-z -]+)/)?.[1]?.trim();
      if (verb !== undefined)
        expect(
          verbs.some((path) => `${verb} `.startsWith(`${path} `)),
          said,
        ).toBe(true);
      for (const option of said.match(/--[a-z][a-z-]+/g) ?? []) expect(reference, said).toContain(option);
      if (cell.includes('scoria.yaml') && /^\w+$/.test(said)) expect(reference, said).toContain(`\`${said}\``);
    }
  });

  test('names methods and codes that are there', async () => {
    const reference = (await textOf('docs/reference/library.md')) + (await textOf('docs/reference/errors.md'));
    for (const [, said] of namedIn(({ library }) => library)) {
      const names = [...said.matchAll(/(\w+)\(/g), ...said.matchAll(/^([A-Z]\w+)$/g)].map(([, name]) => name);
      for (const name of names.filter((name) => name !== 'stringify')) expect(reference, said).toMatch(`${name}`);
    }
  });
});
