import { type Command, Option } from 'commander';
import { eventToJson } from '../../domain/event.ts';
import type { ScoriaEvent } from '../../domain/streams.ts';
import { countOf, given, positionOf } from '../arguments.ts';
import { giveExamples } from '../examples.ts';
import { writeAtomically } from '../files.ts';
import { untilInterrupted } from '../interruption.ts';
import { localTime } from '../local-time.ts';
import { printable } from '../printable.ts';
import { mapped, toJson } from '../report.ts';
import { readerGone } from '../stdout.ts';
import { reading, writing } from '../verbs.ts';

const EXAMPLES = {
  list: ['scoria events list --limit 20', 'scoria events list --stream backend-store --json'],
  follow: ['scoria events follow', 'scoria events follow --after 0 --json'],
  export: ['scoria events export events.ndjson', 'scoria events export | gzip > events.ndjson.gz'],
};

interface ListOptions {
  readonly stream?: string;
  readonly after?: bigint;
  readonly limit?: number;
}

export const verbs = (group: Command): void => {
  listing(group);
  following(group);
  exporting(group);
  giveExamples(group, EXAMPLES);
};

const after = (): Option => new Option('--after <position>', 'those after a position').argParser(positionOf);

const listing = (group: Command): void => {
  group
    .command('list')
    .description('the events, oldest first')
    .option('--stream <stream>', 'those of a stream, such as volume-ID')
    .addOption(after())
    .option('--limit <count>', 'so many at most', countOf)
    .action(
      reading<ListOptions>((view, _operands, { stream, after: from, limit }) => {
        const events = first(limit, view.events(given({ stream, after: from })));
        return { json: mapped(events, eventToJson), text: () => mapped(events, toLine) };
      }),
    );
};

async function* first<Item>(limit: number | undefined, items: AsyncIterable<Item>): AsyncIterable<Item> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  if (left === 0) return;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

const following = (group: Command): void => {
  group
    .command('follow')
    .description('the events as they come, until Ctrl-C; with --json one JSON document per line')
    .addOption(after())
    .action(
      writing<{ after?: bigint }>(async ({ engine }, _operands, { after: from, json }) => {
        const position = from ?? (await engine.view()).position;
        const signal = AbortSignal.any([untilInterrupted(), readerGone]);
        const { watchReader } = await import('../reader.ts');
        void watchReader(signal);
        const events = engine.follow({ after: position, signal });
        return { verbatim: mapped(events, json ? (event) => toJson(eventToJson(event)) : toLine) };
      }),
    );
};

const exporting = (group: Command): void => {
  group
    .command('export [file]')
    .description('the events as NDJSON, to a file or to standard output')
    .action(
      reading<object, readonly [string?]>(async (view, [file]) => {
        if (file === undefined) return { verbatim: mapped(view.exportEvents(), (line) => line.replace(/\n$/, '')) };
        let events = 0;
        const counted = mapped(view.exportEvents(), (line) => {
          events += 1;
          return line.endsWith('\n') ? line : `${line}\n`;
        });
        await writeAtomically(file, counted);
        return { json: { file, events, position: view.position }, text: () => `${events} events are in ${file}` };
      }),
    );
};

const toLine = ({ position, stream, revision, type, meta }: ScoriaEvent): string =>
  [
    String(position).padStart(6),
    localTime(meta.at),
    printable(`${meta.actor.user}@${meta.actor.project}`),
    type,
    printable(`${stream}@${revision}`),
  ].join('  ');
