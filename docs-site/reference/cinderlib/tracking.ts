import type { Section } from './row.ts';

const HABITS = 'test/library/cinderlib-habits.test.ts';
const READ_EACH_TIME: readonly [string, string] = [
  HABITS,
  'is as it was last seen until it is refreshed; lists are read each time',
];

export const tracking: Section = {
  title: 'Tracking',
  rows: [
    {
      cinderlib: 'lists that are loaded at the first access, and kept until `refresh()`',
      library: '`backend.volumes()`, `engine.volumes()`',
      cli: '`scoria volume list`',
      is: 'better: read each time, in a small part of the time',
      by: READ_EACH_TIME,
    },
    {
      cinderlib: 'an object is as it was last loaded, until `refresh()`',
      library: 'the same; a command brings its object up to date',
      cli: 'reads each time',
      is: 'same',
      by: READ_EACH_TIME,
    },
    {
      cinderlib: '`local_attach`: in memory, lost with the process',
      library: '`volume.local_attach`',
      cli: '`scoria volume show`',
      is: 'better: on the record, so that another process of the host can detach',
      by: ['test/secrets/volumes.test.ts', 'is attached and detached here, also by another process'],
    },
    {
      cinderlib: 'no history',
      library: '`view.history(id)`, `engine.view(at)`',
      cli: '`scoria history`, `--at`',
      is: 'better: all of it, and the inventory of any moment',
      by: ['test/cli/record.test.ts', 'history says who, why and what, in words; with --at, up to then'],
    },
  ],
};
