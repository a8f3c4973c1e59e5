import { expect, test } from 'vitest';
import { traced } from '../../torture/syncs/traced.ts';

const COMMANDS = 9;

test('the log is synced before a command is acknowledged, and volumes before anything more is appended', async () => {
  expect(await traced('nothing')).toEqual({ acknowledged: COMMANDS, unsynced: [] });
});

test('a log that is not synced is found out at every acknowledgement', async () => {
  const { acknowledged, unsynced } = await traced('syncs of the log');
  expect(acknowledged).toBe(COMMANDS);
  expect(unsynced).toHaveLength(COMMANDS);
  expect(new Set(unsynced)).toEqual(new Set(['a command was acknowledged, and scoria.db-wal was not synced']));
});

test('volumes and directories that are not synced are found out when their outcome is appended', async () => {
  const { unsynced } = await traced('syncs of the volumes');
  const files = new Set(unsynced.map((one) => /and (\.?\w+)(?:-\S+)? was not synced/.exec(one)?.[1]));
  expect(unsynced.every((one) => one.startsWith('an event was appended'))).toBe(true);
  expect([...files].sort()).toEqual(['.snapshot', '.volume', 'volume', 'volumes']);
});
