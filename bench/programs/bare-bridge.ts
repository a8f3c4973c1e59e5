/** A Python that answers each line with the same line: its start and a call. */
import { SideProcess } from '../../src/drivers/side-process.ts';
import { median } from '../statistics.ts';
import { given, report, timed } from './program.ts';

const { calls, warmUp } = given<{ calls: number; warmUp: number }>();

const ECHO = `
import json, sys
for line in sys.stdin.buffer:
    sys.stdout.write(json.dumps(json.loads(line)) + '\\n')
    sys.stdout.flush()
`;
const LINE = JSON.stringify({ do: 'remove_export', volume: { name: 'x'.repeat(600) } });

const python = new SideProcess('/usr/bin/python3', ['-c', ECHO], { env: {}, onLine: () => false, onStderr: () => {} });
const startMs = await timed(() => python.ask(LINE));
const times: number[] = [];
for (let call = 0; call < warmUp + calls; call += 1) times.push(await timed(() => python.ask(LINE)));
python.kill('was measured');

report({ startMs, callUs: median(times.slice(warmUp)) * 1e3 });
