import type { Section } from './row.ts';

const HABITS = 'test/library/cinderlib-habits.test.ts';
const DUMP = 'test/projections/dump.test.ts';
const IMPORT = 'test/commands/cinderlib/import.test.ts';

export const serialization: Section = {
  title: 'Saving and loading',
  rows: [
    {
      cinderlib: '`json`, `dump`, `to_dict()` of an object',
      library: '`toJSON()`',
      cli: '`--json`',
      is: 'better: one form, always whole, by plain names; `dump` loads what `json` may lack',
      by: [HABITS, 'is JSON with what belongs to it, and never in a circle'],
    },
    {
      cinderlib: '`jsons`, `dumps` of an object',
      library: '`JSON.stringify(object)`',
      cli: '`--json`',
      is: 'same',
      by: [HABITS, 'is JSON with what belongs to it, and never in a circle'],
    },
    {
      cinderlib: '`to_json(simplified)`, `to_jsons(simplified)`',
      library: '`record`',
      cli: null,
      is: 'same: a volume alone, without its snapshots and connections',
      by: ['test/domain/volume/create.test.ts', 'keeps all that the caller said, and another owner than the actor'],
    },
    {
      cinderlib: 'circular references are handled',
      library: 'there are none',
      cli: 'there are none',
      is: 'better: what belongs to a volume names it by its id',
      by: [HABITS, 'is JSON with what belongs to it, and never in a circle'],
    },
    {
      cinderlib: '`cinderlib.json()`, `jsons()`, `dump()`, `dumps()`',
      library: '`view.dump()`',
      cli: '`scoria dump`',
      is: 'better: folded from the first event; of any moment, the same text for the same events',
      by: ['test/cli/record.test.ts', 'dump is a replay, and load brings it back'],
    },
    {
      cinderlib: '`refresh()` of all backends before a dump',
      library: 'not needed',
      cli: 'not needed',
      is: 'better: a dump is never stale',
      by: [DUMP, 'the dump of the projection equals the folded streams, byte for byte, at every position'],
    },
    {
      cinderlib: '`cinderlib.load(json, save=True)` of what the same program dumped',
      library: '`engine.load(text)`',
      cli: '`scoria load`',
      is: 'better: all of it or nothing, with line and field of what is wrong; into an empty log, where it becomes imports with their source',
      by: ['test/projections/load-dump.test.ts', 'becomes imports, with their source, and no creations'],
    },
    {
      cinderlib: '`load(json)`, `Backend.load(json)`, … of a dump that cinderlib wrote, whole or of one object',
      library: '`engine.importCinderlib({ text })`',
      cli: '`scoria import cinderlib FILE`',
      is: 'better: of every shape, into a log in use too; twice is once, and what conflicts is told',
      by: [IMPORT, '%s is imported, and twice is once'],
    },
    {
      cinderlib: '`load(json)` without `save`: to look at it',
      library: '`engine.importCinderlib({ text }, { dryRun: true })`',
      cli: '`scoria import cinderlib FILE --dry-run`',
      is: 'different: it tells of each object; to work with them, load into `:memory:`',
      by: [IMPORT, 'is only looked at in a dry run'],
    },
    {
      cinderlib: 'a dump with its backends, `load_backend`',
      library: '`engine.importCinderlib({ text })`',
      cli: '`scoria import cinderlib FILE`',
      is: 'better: backends with a driver of Scoria are taken over; a credential is not, and no module that a dump names is run',
      by: [IMPORT, 'names no module that would be loaded'],
    },
    {
      cinderlib: 'a dump without its backends: they must be there',
      library: '`engine.importCinderlib({ text }, { backends })`',
      cli: '`scoria import cinderlib FILE --backend THEIRS=OURS`',
      is: 'better: or under another name',
      by: [IMPORT, 'finds its backend under another name'],
    },
    {
      cinderlib: 'a database of cinderlib',
      library: '`engine.importCinderlib({ database })`',
      cli: '`scoria import cinderlib URL`',
      is: 'better: loading its dump into another database of cinderlib fails from the second volume on',
      by: [IMPORT, 'is what it is by the database too, with its key-values'],
    },
    {
      cinderlib: 'going back: a dump that cinderlib loads',
      library: '`engine.exportCinderlib()`',
      cli: '`scoria dump --format cinderlib`',
      is: 'same: volumes, snapshots and connections as cinderlib 5.0 has them; what does not come along is told, and credentials with `--show-secrets` only',
      by: ['test/commands/cinderlib/export.test.ts', 'is exported as it was, field by field'],
    },
    {
      cinderlib: 'a connection over the wire to the node that attaches',
      library: '`connection.showSecrets({ reason })`, `attachConnection(json)`',
      cli: '`scoria connection show --show-secrets`, `scoria connection attach-from`',
      is: 'better: what is sealed is shown on the record only',
      by: [
        'test/library/handed-connection.test.ts',
        'is not attached with its credentials sealed, nor on another host',
      ],
    },
  ],
};
