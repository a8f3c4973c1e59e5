import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { Logger } from '../../src/index.ts';

const VOLUME_BYTES = 1024 ** 3;

/** Fails, without repeating it, where a text or file holds one of the secrets. */
export const expectNone = (secrets: readonly string[], place: string, text: string | Buffer): void => {
  for (const [index, secret] of secrets.entries()) {
    const at = text.indexOf(secret);
    const around =
      at < 0
        ? ''
        : text
            .toString()
            .slice(Math.max(0, text.toString().indexOf(secret) - 150))
            .slice(0, 150);
    expect(at < 0 ? 'no secret' : `secret ${index} after ${JSON.stringify(around)}`, place).toBe('no secret');
  }
};

/** Every byte of every file below a directory, but for volumes, whose bytes are their hosts'. */
export const expectNoneInFiles = (secrets: readonly string[], directory: string): void => {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || statSync(file).size >= VOLUME_BYTES) continue;
    expectNone(secrets, file, readFileSync(file));
  }
};

/** An error in every way that somebody could print it. */
export const allOf = (error: unknown): string => {
  const said: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause) {
    said.push(one.message, String(one.stack), JSON.stringify(one));
    said.push(inspect(one, { depth: 12, showHidden: true, getters: true }));
  }
  return [...said, JSON.stringify(error), inspect(error, { depth: 12 })].join('\n');
};

/** A logger of all levels that keeps what it is given. */
export const keepingLogger = (): Logger & { readonly lines: string[] } => {
  const lines: string[] = [];
  const keep = (fields: object, message: string) => void lines.push(`${inspect(fields)} ${message}`);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
};
