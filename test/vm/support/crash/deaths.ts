import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Command } from '../../../../src/index.ts';
import type { Errand } from '../../children/crash.ts';

/** The n-th passing of a point. */
export interface Passing {
  readonly point: string;
  readonly nth: number;
}

const performed = async (program: string, errand: Errand) => {
  const child = spawn(process.execPath, [program, JSON.stringify(errand)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  await once(child, 'exit');
  // A program that outlives it may hold its output open.
  const said = child.signalCode === null ? await Promise.all([stdout, stderr]) : ['', ''];
  return { child, stdout: said[0] ?? '', stderr: said[1] ?? '' };
};

/** Lets a process give the command, and says what it passed on its way, in this order. */
export const passingsOf = async (program: string, log: string, command: Command): Promise<readonly Passing[]> => {
  const { child, stdout, stderr } = await performed(program, { log, command, doom: null });
  assert.equal(child.exitCode, 0, stderr);
  const counts = new Map<string, number>();
  return (JSON.parse(stdout) as readonly string[]).map((point) => {
    const nth = (counts.get(point) ?? 0) + 1;
    counts.set(point, nth);
    return { point, nth };
  });
};

/** Lets a process give the command that kills itself there. */
export const dieAt = async (program: string, log: string, command: Command, passing: Passing): Promise<void> => {
  const { child, stderr } = await performed(program, { log, command, doom: { ...passing, signal: 'SIGKILL' } });
  const where = `${command.type} at the ${passing.nth}. "${passing.point}"`;
  assert.equal(child.signalCode, 'SIGKILL', `${where} was not reached: ${child.exitCode} ${stderr}`);
};
