import type { Secret } from '../../secret.ts';
import type { Connector } from '../contract.ts';
import { type Fault, FaultyCalls, type RecordedCall } from './faults.ts';
import type { SparseBytes } from './sparse-bytes.ts';

export interface MemoryVolume {
  readonly id: string;
  readonly sizeBytes: bigint;
  readonly contents: SparseBytes;
}

export interface MemorySnapshot extends MemoryVolume {
  readonly volumeId: string;
}

export interface MemoryExport {
  readonly volumeId: string;
  /** Cinder's `CHAP user password`; `null` where anybody may connect. */
  readonly auth: string | null;
}

export interface MemoryConnection {
  readonly id: string;
  readonly volumeId: string;
  readonly connector: Connector;
  readonly attach_mode: 'rw' | 'ro';
}

/** A storage array in this process's memory: what is on it, what was asked of it, and what shall go wrong with it. */
export class MemoryArray {
  /** Its name in this process. */
  readonly name: string;
  /** By id. */
  readonly volumes = new Map<string, MemoryVolume>();
  /** By id. */
  readonly snapshots = new Map<string, MemorySnapshot>();
  /** By volume id. */
  readonly exports = new Map<string, MemoryExport>();
  /** By connection id. */
  readonly connections = new Map<string, MemoryConnection>();
  /** The connections that a host of this process has attached, by connection id. */
  readonly attachments = new Map<string, MemoryConnection>();
  /** What shall go wrong, and what was asked so far. */
  readonly faults = new FaultyCalls();
  /** Backends that are frozen, by name. */
  readonly frozen = new Set<string>();
  /** The password that the last driver was set up with. */
  password: Secret | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** Every call so far, in order. */
  get calls(): readonly RecordedCall[] {
    return this.faults.calls;
  }

  /** Lets the next such calls go wrong. */
  inject(fault: Fault): void {
    this.faults.inject(fault);
  }

  /** Lets the calls that hang go on. */
  release(): void {
    this.faults.release();
  }

  /** Resolves when at least `count` calls hang. */
  hanging(count = 1): Promise<void> {
    return this.faults.hanging(count);
  }

  /** Writes into a volume as a host would. */
  write(volumeId: string, offsetBytes: number, bytes: Uint8Array): void {
    this.#within(volumeId, offsetBytes, bytes.length).contents.write(offsetBytes, bytes);
  }

  /** Reads from a volume as a host would. */
  read(volumeId: string, offsetBytes: number, lengthBytes: number): Uint8Array {
    return this.#within(volumeId, offsetBytes, lengthBytes).contents.read(offsetBytes, lengthBytes);
  }

  /** An array as new. */
  reset(): void {
    const contents = [this.volumes, this.snapshots, this.exports, this.connections, this.attachments, this.frozen];
    for (const part of contents) part.clear();
    this.password = null;
    this.faults.clear();
  }

  #within(volumeId: string, offsetBytes: number, lengthBytes: number): MemoryVolume {
    const volume = this.volumes.get(volumeId);
    if (volume === undefined) throw new Error(`array "${this.name}" has no volume ${volumeId}`);
    if (offsetBytes < 0 || BigInt(offsetBytes) + BigInt(lengthBytes) > volume.sizeBytes) {
      throw new Error(`bytes ${offsetBytes} to ${offsetBytes + lengthBytes} are outside volume ${volumeId}`);
    }
    return volume;
  }
}

const arrays = new Map<string, MemoryArray>();

/** The array of that name in this process, as the driver's option `array` (or else the backend's name) names it. */
export const memoryArray = (name: string): MemoryArray => {
  const array = arrays.get(name) ?? new MemoryArray(name);
  arrays.set(name, array);
  return array;
};
