import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { oneAtATime } from '../../src/connectors/host-lock.ts';

const nameOf = (): string => `test-${process.pid}-${performance.now()}`;

test('lets one in at a time, and others not wait for it', async () => {
  const name = nameOf();
  let inside = 0;
  let most = 0;
  const once = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => oneAtATime([name], once)));
  expect([most, inside]).toEqual([1, 0]);
  await oneAtATime([name], () => oneAtATime([`${name}-other`], once));
});

test('takes several in one order, so that nobody waits for ever', async () => {
  const [a, b] = [nameOf(), `${nameOf()}-b`];
  const done = await Promise.all([
    oneAtATime([a, b], async () => 1),
    oneAtATime([b, a], async () => 2),
    oneAtATime([b], async () => 3),
  ]);
  expect(done).toEqual([1, 2, 3]);
});

test('lets the next one in when the work fails', async () => {
  const name = nameOf();
  await expect(oneAtATime([name], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await oneAtATime([name], async () => 'yes')).toBe('yes');
});

test('is free as soon as a process that holds it is killed', async () => {
  const name = nameOf();
  const lock = new URL('../../src/connectors/host-lock.ts', import.meta.url).href;
  const program = `
    const { oneAtATime } = await import(${JSON.stringify(lock)});
    await oneAtATime([${JSON.stringify(name)}], () => { console.log('held'); return new Promise(() => {}); });`;
  const child = execFile(process.execPath, ['--input-type=module', '--eval', program]);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  let isIn = false;
  const waiting = oneAtATime([name], async () => {
    isIn = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isIn).toBe(false);
  child.kill('SIGKILL');
  await waiting;
  expect(isIn).toBe(true);
});
