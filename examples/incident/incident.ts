import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type HistoryEntry } from 'scoria';
import { differences } from './differences.ts';
import { recordTheDay } from './record.ts';

const log = process.argv[2] ?? join(await mkdtemp(join(tmpdir(), 'scoria-incident-')), 'scoria.db');
if (existsSync(log)) throw new Error(`${log} is there already: give the path of a log to be`);
await recordTheDay(log);

// 15:00, and Ada calls: the volume "orders" holds what it held this morning. From here on we only read.
await using engine = await createEngine({ log, ifMissing: 'refuse' });
const now = await engine.view();
const orders = now.volume('orders');

const line = ({ position, at, actor, words, reason }: HistoryEntry): string =>
  `  ${position}  ${at}  ${actor.user}: ${words}${reason === undefined ? '' : ` (${reason})`}`;

console.log('1. What happened to it since noon?');
let culprit: HistoryEntry | undefined;
let snapshotId = '';
for await (const entry of now.history(orders.id)) {
  if (entry.at < '2026-11-20T12:00') continue;
  console.log(line(entry));
  if (entry.event.type !== 'VolumeReverted') continue;
  culprit = entry;
  snapshotId = entry.event.data.snapshot_id;
}
if (culprit === undefined) throw new Error('nobody reverted it');

console.log('\n2. It was reverted. To what, by whom and under which command?');
// Read as it was then: the snapshot may be gone by now.
const { name, created_at } = (await engine.view(culprit.position)).snapshot(snapshotId);
console.log(`  to "${name}" of ${created_at}`);
console.log(`  by ${culprit.actor.user}, ${culprit.command} ${culprit.command_id}`);

console.log('\n3. What else was different afterwards? The inventory of 14:02 and that of 14:03:');
const [at1402, at1403] = [await engine.view('2026-11-20T14:02:00Z'), await engine.view('2026-11-20T14:03:00Z')];
for (const difference of differences(await at1402.dump(), await at1403.dump())) console.log(`  ${difference}`);
console.log('  (A revert changes bytes, which no inventory holds: it is in the history alone.)');

console.log(`\n4. What did ${culprit.actor.user} do from 14:00 on?`);
for await (const entry of now.history()) {
  if (entry.actor.user === culprit.actor.user && entry.at >= '2026-11-20T14:00') console.log(line(entry));
}

console.log('\n5. What is there still that has the bytes of before?');
for (const volume of now.volumes()) {
  if (volume.source_volid !== orders.id || volume.created_at > culprit.at) continue;
  console.log(`  "${volume.name}", a copy of ${volume.created_at}`);
}

console.log(`\nThe record is in ${log}: look at it with \`scoria --log\`.`);
