import { test } from 'vitest';
import { tortured } from '../support/tortured.ts';

const KILLS = 250;
const KILLS_ON_SERVERS = 30;

test.each(['file', 'memory-array'])(
  'processes that are killed at every point and at any time on %s break no promise',
  { timeout: 900_000 },
  (driver) => tortured(KILLS, '--driver', driver),
);

test.each(['postgresql', 'mariadb', 'eventstoredb'])(
  'processes that are killed, or lose their log on %s, whose server is killed too, break no promise',
  { timeout: 600_000 },
  (log) => tortured(KILLS_ON_SERVERS, '--driver', 'memory-array', '--log', log),
);
