import { cinderlibPage } from './cinderlib/page.ts';
import { cliPage } from './cli.ts';
import { commandsPage } from './commands.ts';
import { errorsPage } from './errors.ts';
import { eventsPage } from './events.ts';
import { libraryPage } from './library.ts';
import { lvmPage } from './lvm.ts';
import type { Page } from './markdown.ts';
import { optionsPage } from './options.ts';
import { rbdPage } from './rbd.ts';

/** The pages that are written from the sources. One line per page. */
export const referencePages: Readonly<Record<string, () => Page | Promise<Page>>> = {
  'docs/reference/events.md': eventsPage,
  'docs/reference/commands.md': commandsPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/options.md': optionsPage,
  'docs/reference/lvm.md': lvmPage,
  'docs/reference/rbd.md': rbdPage,
  'docs/reference/cinderlib.md': cinderlibPage,
  'docs/reference/cli.md': cliPage,
  'docs/reference/library.md': libraryPage,
};
