import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const PIECE = Buffer.alloc(4_096, 0xff);

/** A file system of its own, which can be filled to its last page. It takes root to mount it. */
export class SmallDisk {
  readonly directory = mkdtempSync(join(tmpdir(), 'scoria-disk-'));

  constructor(kibibytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', this.directory]);
    onTestFinished(() => {
      execFileSync('umount', ['--lazy', this.directory]);
      rmSync(this.directory, { recursive: true });
    });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  get #ballast(): string {
    return this.path('ballast');
  }

  /** Leaves no more room than this, in KiB. */
  fill(leftKibibytes = 0): void {
    const descriptor = openSync(this.#ballast, 'a');
    try {
      for (;;) writeSync(descriptor, PIECE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(descriptor);
    }
    truncateSync(this.#ballast, Math.max(0, statSync(this.#ballast).size - leftKibibytes * 1_024));
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** For as long as the test takes. */
  readOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.directory]);
  }

  writable(): void {
    execFileSync('mount', ['-o', 'remount,rw', this.directory]);
  }
}
