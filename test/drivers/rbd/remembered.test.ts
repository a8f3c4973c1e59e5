import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Remembered } from '../../../src/drivers/rbd/remembered.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an answer of the cluster', () => {
  test('is asked for again after a minute, and when it is wanted anew', async () => {
    let asked = 0;
    const remembered = new Remembered(async () => {
      asked += 1;
      return asked;
    });
    expect(await Promise.all([remembered.get(), remembered.get()])).toEqual([1, 1]);
    vi.advanceTimersByTime(59_000);
    expect(await remembered.get()).toBe(1);
    vi.advanceTimersByTime(2_000);
    expect(await remembered.get()).toBe(2);
    expect(await remembered.anew()).toBe(3);
    expect(await remembered.get()).toBe(3);
  });

  test('is asked for again after a failure', async () => {
    const answers = [Promise.reject(new Error('down')), Promise.resolve('up')];
    const remembered = new Remembered(async () => answers.shift());
    await expect(remembered.get()).rejects.toThrow('down');
    expect(await remembered.get()).toBe('up');
  });
});
