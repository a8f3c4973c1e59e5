import type { Command } from 'commander';
import { readJsonObject } from './files.ts';
import { interruption } from './interruption.ts';
import { printable } from './printable.ts';
import { configurationFor } from './session.ts';
import { telling } from './verbs.ts';

type File = readonly [string];

/** Verbs for a host that has no access to the log. */
export const handedConnectionVerbs = (group: Command): void => {
  group
    .command('attach-from <file>')
    .description(
      'attach on this host, without the log, by the JSON of `connection show --show-secrets` (- for standard input); prints the device as JSON',
    )
    .action(
      telling<object, File>(async ([file], options) => {
        const { attachConnection } = await import('../library/handed-connection.ts');
        const { engine } = await configurationFor(options);
        const connection = await readJsonObject('connection', file);
        const device = await attachConnection(connection, { ...engine, signal: interruption });
        return { json: device, text: () => JSON.stringify(device, null, 2) };
      }),
    );
  group
    .command('extend-from <file>')
    .description('make this host see the size that the volume has by now, likewise; the credentials may be sealed')
    .action(
      telling<object, File>(async ([file], options) => {
        const { extendConnection } = await import('../library/handed-connection.ts');
        const { engine } = await configurationFor(options);
        const connection = await readJsonObject('connection', file);
        const size_bytes = await extendConnection(connection, { ...engine, signal: interruption });
        const { id } = connection;
        return { json: { id, size_bytes }, text: () => `connection ${printable(String(id))}: ${size_bytes} bytes` };
      }),
    );
  group
    .command('detach-from <file>')
    .description('detach from this host, likewise; the credentials may be sealed')
    .option('--force', 'go on past errors')
    .action(
      telling<{ force?: boolean }, File>(async ([file], { force = false, ...options }) => {
        const { detachConnection } = await import('../library/handed-connection.ts');
        const { engine } = await configurationFor(options);
        const connection = await readJsonObject('connection', file);
        await detachConnection(connection, { ...engine, signal: interruption, force });
        const { id } = connection;
        return { json: { id, device: null }, text: () => `connection ${printable(String(id))}: detached` };
      }),
    );
};
