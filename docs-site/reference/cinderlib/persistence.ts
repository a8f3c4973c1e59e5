import type { Section } from './row.ts';

export const persistence: Section = {
  title: 'Persistence',
  rows: [
    {
      cinderlib: "`{'storage': 'memory'}`, the default",
      library: "`createEngine({ log: ':memory:' })`",
      cli: null,
      is: 'different: there is no default: a log is named',
      by: ['test/commands/volumes.test.ts', 'attach and detach on this host'],
    },
    {
      cinderlib: "`{'storage': 'memory_db'}`",
      library: "`createEngine({ log: ':memory:' })`",
      cli: null,
      is: 'same: the one in memory is all of it',
      by: ['test/commands/volumes.test.ts', 'attach and detach on this host'],
    },
    {
      cinderlib: "`{'storage': 'db', 'connection': 'sqlite:///…'}`",
      library: "`createEngine({ log: 'scoria.db' })`",
      cli: '`--log scoria.db`',
      is: 'better: several processes at once, each append on the disk before it counts',
      by: ['test/eventlog/sqlite.test.ts', 'is written with synchronous=FULL to a write-ahead log, at every open'],
    },
    {
      cinderlib: "`{'storage': 'db', 'connection': 'mysql+pymysql://…'}`, or PostgreSQL",
      library: "`createEngine({ log: 'mysql://…' })`, `postgres://…`",
      cli: '`--log`',
      is: 'better: a password is a reference, and the role can change no event; also EventStoreDB',
      by: [
        'test/system/sql/engine.test.ts',
        'an engine lives on it: volumes, snapshots, connections, views of the past and a dump',
      ],
    },
    {
      cinderlib: 'a plugin: `db`, `get_volumes`, `set_volume`, `delete_volume`, …, by entry point, class or object',
      library: '`defineProjection(…)`; for another place of the record an `EventLog`',
      cli: '`--projection`',
      is: 'different: what is kept is events; tables of your own are folded from them',
      by: ['test/projections/users-projections.test.ts', 'moves with every append, and is read back'],
    },
    {
      cinderlib: 'a plugin that keeps the metadata elsewhere',
      library: '`createEngine({ log: eventLog })`',
      cli: null,
      is: 'better: with a suite that tests it',
      by: ['test/testing/outside.test.ts', 'an event log is tested in three lines of node:test'],
    },
    {
      cinderlib: 'migrating: `dump()`, `Backend.set_persistence(…)`, `load(…, save=True)`',
      library: '`copyLog(…)`, `checkLogs(…)`',
      cli: '`scoria log copy`, `scoria log check`',
      is: 'better: byte for byte with all its history, and goes on where it was interrupted',
      by: ['test/commands/copy-log.test.ts', 'that was interrupted anywhere goes on from where it stood'],
    },
    {
      cinderlib: 'a crash between the driver and the save: a volume that nobody knows',
      library: '`engine.recover()`',
      cli: '`scoria recover`',
      is: 'better: the next command on it settles what was left open',
      by: [
        'test/commands/recovery.test.ts',
        'leaves nothing unknown, whichever call it died in, before or after the effect',
      ],
    },
    {
      cinderlib: 'stateless: the caller stores the JSON',
      library: '`engine.load(text)`, `view.dump()`',
      cli: '`scoria load`, `scoria dump`',
      is: 'same',
      by: ['test/projections/load-dump.test.ts', 'comes back the same (with configuration: %s)'],
    },
  ],
};
