import { expect, test } from 'vitest';
import { Shell } from '../cli/scoria.ts';

test('two processes that seal at once write one note, and both have it', async () => {
  const shell = new Shell();
  await shell.json('kv', 'set', 'a', '1');
  await shell.json('audit', 'key', 'create', 'audit.key');
  const env = { SCORIA_AUDIT_KEY_FILE: shell.path('audit.key') };
  for (let round = 1; round <= 3; round += 1) {
    await shell.json('kv', 'set', 'round', String(round));
    const ends = await Promise.all([1, 2].map(() => shell.run(['audit', 'seal', '--json'], { env })));
    const [one, other] = ends.map(({ stdout }) => JSON.parse(stdout));
    expect(other.note).toBe(one.note);
    expect(other.root).toBe(one.root);
    expect(await shell.json('audit', 'verify')).toMatchObject({ checkpoints: round });
  }
});
