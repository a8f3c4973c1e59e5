import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aSnapshot, aVolume } from '../../../src/testing/resources.ts';
import { temporaryDirectory } from '../../drivers/file-fixture.ts';
import { classDriver, endOf } from './class-fixture.ts';

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => rm(directory, { recursive: true }));

/** A driver whose storage has a volume, and a snapshot of it. */
const withSnapshot = async (name: 'FileDriver' | 'LvmLikeDriver') => {
  const driver = await classDriver(`file_backed.${name}`, { file_directory: directory });
  const volume = aVolume();
  const snapshot = aSnapshot(volume);
  await driver.createVolume(volume);
  await driver.snapshots?.createSnapshot(snapshot, volume);
  return { driver, volume, snapshot };
};

test('a snapshot that nobody knows is deleted by the name that it is listed under', async () => {
  const { driver: python, volume, snapshot } = await withSnapshot('FileDriver');
  await using driver = python;
  const reference = `volume-${volume.id}@snapshot-${snapshot.id}`;
  expect(await driver.resources?.findResource(reference)).toMatchObject({ id: snapshot.id, volume_id: volume.id });
  await driver.resources?.deleteResource(reference);
  expect(await readdir(directory)).toEqual([`volume-${volume.id}`]);
});

test('what cannot be deleted by its name stays, and is told', async () => {
  const { driver: python, volume, snapshot } = await withSnapshot('LvmLikeDriver');
  await using driver = python;
  await writeFile(join(directory, 'odd'), '');
  const names = [`_snapshot-${snapshot.id}`, 'odd', `volume-${volume.id}`];
  expect(await endOf(driver.resources?.deleteResource(`_snapshot-${snapshot.id}`))).toEqual({
    refused: `the driver does not tell which volume _snapshot-${snapshot.id} is of, without which it deletes no snapshot`,
  });
  expect(await endOf(driver.resources?.deleteResource('odd'))).toEqual({
    refused: "odd has a name that is not Cinder's, and drivers of Cinder delete only what is theirs",
  });
  expect((await readdir(directory)).toSorted()).toEqual(names);
});
