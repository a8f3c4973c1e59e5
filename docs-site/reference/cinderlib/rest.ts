import type { Section } from './row.ts';

export const errors: Section = {
  title: 'Errors',
  rows: [
    {
      cinderlib: '`NotFound`, `VolumeNotFound`, `SnapshotNotFound`, `ConnectionNotFound`',
      library: '`ScoriaError` with `code` of these names',
      cli: 'exit code 3',
      is: 'better: each says what would be right; [all codes](errors.md)',
      by: ['test/cli/manners.test.ts', '2 invalid, 3 not found, 4 conflict'],
    },
    {
      cinderlib: '`InvalidVolume`',
      library: '`InvalidVolume`, `InvalidSnapshot`, `InvalidConnection`, …',
      cli: 'exit code 4',
      is: 'same',
      by: ['test/cli/manners.test.ts', '2 invalid, 3 not found, 4 conflict'],
    },
    {
      cinderlib: '`InvalidPersistence`',
      library: '`LogNotFound`, `LogInvalid`, `InvalidInput`',
      cli: 'the same',
      is: 'same',
      by: ['test/cli/manners.test.ts', 'is not made by a read, nor by a command that needs what is in it'],
    },
    {
      cinderlib: '`NotLocal`',
      library: '`InvalidConnection`',
      cli: 'exit code 4',
      is: 'same: a connection of another host is attached and detached there',
      by: ['test/domain/volume/device-detach.test.ts', 'is refused for a connection of another host'],
    },
    {
      cinderlib: 'the `resource` of an exception',
      library: '`error.details`, and the object as it is now',
      cli: '`details` in JSON',
      is: 'same',
      by: ['test/commands/intent-before-effect.test.ts', 'a failure leaves an error volume and says why'],
    },
    {
      cinderlib: 'an outcome that is not known: an exception, and no more',
      library: '`OutcomeUnknown`',
      cli: 'exit code 7',
      is: 'better: the storage is asked; else the question stays open, and the same command settles it',
      by: [
        'test/commands/intent-before-effect.test.ts',
        'a driver that cannot tell leaves an open question, and the repeated command settles it',
      ],
    },
  ],
};

export const validation: Section = {
  title: 'Validating a driver',
  rows: [
    {
      cinderlib: 'functional tests on a backend: stats, create, extend, clone, snapshots, attach, disk I/O, …',
      library: '`checkDriver(…)`, `describeDriver(…)`',
      cli: '`scoria driver check`',
      is: 'better: all of them and more, faults and crashes too; what they made is cleaned up, also when they fail',
      by: ['test/testing/outside.test.ts', 'tests the driver in three lines of vitest'],
    },
    {
      cinderlib: 'a YAML file of backends, with `logs`, `venv_sudo` and `size_precision`',
      library: null,
      cli: '`scoria validate FILE.yaml`',
      is: 'better: the same file; its mistakes are told by their lines, and the report is a table, JSON, JUnit XML or a page to send',
      by: ['test/cli/validate.test.ts', 'the list of checks says for which tests of cinderlib they stand'],
    },
    {
      cinderlib: 'the result of each test by its name',
      library: '`checkDriver(…)`',
      cli: '`scoria driver check --json`',
      is: 'same: a failure says which promise of the contract was broken',
      by: ['test/testing/outside.test.ts', 'sees a broken promise in the words of the check'],
    },
  ],
};

export const limitations: Section = {
  title: 'Limitations',
  rows: [
    {
      cinderlib: 'one process at a time on a volume is up to the caller',
      library: '`ResourceBusy`',
      cli: 'exit code 5',
      is: 'better: commands on one volume wait for each other, between processes and hosts',
      by: ['test/commands/processes.test.ts', 'one that waits too long is told who holds the volume'],
    },
    {
      cinderlib: 'repeating what may have happened makes it twice',
      library: '`commandId`',
      cli: '`--command-id`',
      is: 'better: the first outcome is answered',
      by: ['test/cli/manners.test.ts', 'happens once with its --command-id; the id is refused for another'],
    },
    {
      cinderlib: 'everything by `sudo`',
      library: '`createEngine({ rootHelper })`',
      cli: '`--root-helper`',
      is: 'same: programs only where they need it; nothing as root itself',
      by: ['test/drivers/command-runner.test.ts', 'goes through the root helper when it is not root and asked to'],
    },
    {
      cinderlib: 'synchronous, on eventlet',
      library: 'promises',
      cli: 'any language by `--json`',
      is: 'different: many volumes at once in one process',
      by: ['test/commands/processes.test.ts', 'different volumes go on at the same time'],
    },
    {
      cinderlib: 'quotas and tenants are up to the caller',
      library: '`createEngine({ policy })`',
      cli: '`allowed_actors`, `require_reason` in `scoria.yaml`',
      is: 'better: who may give commands, and that they say why; no quotas',
      by: ['test/cli/audit.test.ts', 'refuses by policy'],
    },
  ],
};
