import type { Section } from './row.ts';

export const setup: Section = {
  title: 'Setup',
  rows: [
    {
      cinderlib: '`setup(…)`, `Backend.global_setup(…)`: once, before anything else',
      library: '`createEngine(…)`',
      cli: '`scoria.yaml`, `SCORIA_…`, flags',
      is: 'better: as many engines in a process as you like, each with a log, an actor and a logger of its own',
      by: [
        'test/library/cinderlib-habits.test.ts',
        'are as many as one likes in one process, each with a project, a user and a logger of its own',
      ],
    },
    {
      cinderlib: '`file_locks_path`',
      library: 'not needed',
      cli: 'not needed',
      is: "better: the log's revisions are the lock, between processes and hosts",
      by: ['test/commands/processes.test.ts', 'the second waits for the first one, then goes on from where it ended'],
    },
    {
      cinderlib: '`root_helper`',
      library: '`createEngine({ rootHelper })`',
      cli: '`--root-helper`',
      is: 'same',
      by: ['test/drivers/command-runner.test.ts', 'goes through the root helper when it is not root and asked to'],
    },
    {
      cinderlib: '`suppress_requests_ssl_warnings`',
      library: 'not there',
      cli: null,
      is: "different: there is no warning to suppress; a certificate is checked as the log's URL says, and refused where it is wrong",
      by: [
        'test/library/log-url.test.ts',
        'goes encrypted over a network unless it says otherwise, and asks of the certificate what it says',
      ],
    },
    {
      cinderlib: '`disable_logs`',
      library: '`createEngine({ logger: silentLogger })`',
      cli: '`--log-level silent`',
      is: 'better: silences one engine, and not the whole process; warnings are logged unless you say otherwise, and no credential ever is',
      by: [
        'test/library/cinderlib-habits.test.ts',
        'are as many as one likes in one process, each with a project, a user and a logger of its own',
      ],
    },
    {
      cinderlib: '`non_uuid_ids`',
      library: '`createEngine({ nonUuidIds })`',
      cli: '`--non-uuid-ids`',
      is: 'better: ids that lead out of a directory are refused all the same',
      by: [
        'test/commands/bad-input.test.ts',
        'an engine that was told so takes ids that are not UUIDs, and none that leave a directory',
      ],
    },
    {
      cinderlib: '`output_all_backend_info`',
      library: '`dump({ withConfiguration: true })`',
      cli: '`scoria dump --with-configuration`',
      is: 'better: said for each dump; credentials are references, and never in it',
      by: ['test/projections/dump.test.ts', 'leaves the configuration out unless it is asked for'],
    },
    {
      cinderlib: '`project_id`, `user_id`',
      library: '`createEngine({ project, user })`',
      cli: '`--project`, `--user`',
      is: 'better: each command may have others; unless given, the user is that of the process and the project `scoria`',
      by: ['test/cli/record.test.ts', 'the actor and the reason come from the environment too'],
    },
    {
      cinderlib: '`persistence_config`',
      library: '`createEngine({ log })`',
      cli: '`--log`',
      is: 'different: see [persistence](#persistence)',
      by: ['test/config/configuration.test.ts', 'becomes what the engine takes, in its units'],
    },
    {
      cinderlib: '`fail_on_missing_backend`',
      library: 'not needed',
      cli: null,
      is: 'better: the log knows the backend of each volume; what its driver is needed for alone asks for it',
      by: ['test/library/cinderlib-habits.test.ts', 'read and dump a volume whose backend cannot be used here'],
    },
    {
      cinderlib: '`host`',
      library: '`createEngine({ host })`',
      cli: '`host` in `scoria.yaml`',
      is: 'different: what this executor is called, for backends that say which hosts may execute; the `host` of a volume is what its creator says',
      by: [
        'test/cli/serve.test.ts',
        '`backend add` takes the hosts from scoria.yaml, unless they are given; `backend show` tells them',
      ],
    },
    {
      cinderlib: 'any other keyword: an option of all drivers',
      library: '`loadConfiguration(…)`',
      cli: '`backend_defaults` in `scoria.yaml`',
      is: 'better: an option that no driver has is refused',
      by: ['test/config/configuration.test.ts', 'have their own options over the defaults, and absolute paths'],
    },
  ],
};
