import { open } from 'node:fs/promises';
import { callSignal } from '../../../src/drivers/call.ts';
import type { Driver } from '../../../src/drivers/contract.ts';
import { lvmDriver } from '../../../src/drivers/lvm/driver.ts';
import { parseOptions } from '../../../src/drivers/parse-options.ts';
import type { RunCommand } from '../../../src/drivers/run-command.ts';
import { type Logger, silentLogger } from '../../../src/logging.ts';
import { aSnapshot, aVolume } from '../../../src/testing/resources.ts';
import { hereTarget } from './here-target.ts';
import { shell } from './lvm-group.ts';

/** What the driver declares. */
export const LVM_CAPABILITIES = [
  'clone',
  'extend',
  'extend_online',
  'manage',
  'multiattach',
  'resources',
  'revert',
  'snapshots',
] as const;

export interface BackendParts {
  readonly run?: RunCommand;
  readonly log?: Logger;
  readonly signal?: () => AbortSignal;
}

/** The driver, not set up, with exports that only this host reaches. */
export const lvmBackend = (options: Record<string, unknown>, parts: BackendParts = {}): Driver => {
  const { run = shell, log = silentLogger, signal = callSignal } = parts;
  const definition = lvmDriver(async () => hereTarget().make);
  const parsed = parseOptions(definition, options) as never;
  return definition.create(parsed, { backendName: 'under-test', run, log, signal });
};

/** Every part that this driver has. */
export const allOf = ({ extend, clone, snapshots, revert, resources, manage, ...core }: Driver) => {
  if (!extend || !clone || !snapshots || !revert || !resources || !manage) throw new Error('a capability is missing');
  return { ...core, ...extend, ...clone, ...snapshots, ...revert, ...resources, ...manage };
};

export const volume = aVolume;
export const snapshotOf = aSnapshot;

/** Bytes that tell where and when they were written. */
export const marked = (word: string, lengthBytes = 65_536): Buffer => Buffer.alloc(lengthBytes, `${word} `);

export const writeTo = async (path: string, offsetBytes: number, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, offsetBytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

export const readFrom = async (path: string, offsetBytes: number, lengthBytes = 65_536): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    return (await file.read(Buffer.alloc(lengthBytes), 0, lengthBytes, offsetBytes)).buffer;
  } finally {
    await file.close();
  }
};
