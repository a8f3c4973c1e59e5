import { afterEach, describe, expect, test, vi } from 'vitest';
import { tellingProgress } from '../../src/cli/driver-check/progress.ts';

const { isTTY } = process.stderr;
afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const told = (terminal: boolean, json: boolean): string => {
  process.stderr.isTTY = terminal;
  vi.stubEnv('TERM', 'xterm');
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const telling = tellingProgress(json);
  const report = { level: 'driver', name: 'deletes twice', status: 'passed', duration_ms: 1 } as const;
  telling.say('seed 7');
  telling.tell({ kind: 'check begins', number: 1, of: 2, name: 'deletes twice' });
  telling.tell({ kind: 'check ended', number: 1, of: 2, report });
  for (let done = 1; done <= 20; done += 1) telling.tell({ kind: 'run ended', done, of: 20, shortest: null });
  telling.tell({ kind: 'run ended', done: 22, of: 20, shortest: 4 });
  telling.end();
  return written.join('');
};

describe('the progress of a check', () => {
  test('is one line that changes on a terminal, and gone at the end', () => {
    const text = told(true, false);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('\r\u001b[K[1/2] deletes twice');
    expect(text).toContain('model: a failure of 4 steps, looking for a shorter one');
    expect(text.endsWith('\r\u001b[K')).toBe(true);
  });

  test('is a few plain lines elsewhere', () => {
    const lines = told(false, false).trimEnd().split('\n');
    expect(lines.slice(0, 3)).toEqual(['seed 7', '[1/2] passed: deletes twice', 'model: life 2 of 20']);
    expect(lines).toHaveLength(2 + 10 + 1);
  });

  test('is nothing beside a JSON document', () => {
    expect(told(false, true)).toBe('');
  });
});
