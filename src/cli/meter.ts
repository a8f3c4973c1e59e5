import type { Progress } from '../progress.ts';

const SHOW_AFTER_MS = 500;
const REDRAW_MS = 100;
const START_OF_EMPTY_LINE = '\r\u001b[2K';

const DOING: Readonly<Record<Progress['work'], string>> = {
  'catch-up': 'catching up',
  copy: 'copying',
  import: 'importing',
  load: 'loading',
  rebuild: 'rebuilding',
  replay: 'replaying',
  verify: 'verifying',
  wipe: 'wiping',
};

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const amount = (unit: Progress['unit'], count: number): string => {
  if (unit === 'events') return Math.round(count).toLocaleString('en');
  return count >= GIB ? `${(count / GIB).toFixed(1)} GiB` : `${(count / MIB).toFixed(1)} MiB`;
};

/** `copying volume-1: 1.2 GiB of 10.0 GiB, 12%, 310.0 MiB/s` */
export const progressLine = ({ work, subject, unit, done, total }: Progress, perSecond: number): string => {
  const much = total === null ? amount(unit, done) : `${amount(unit, done)} of ${amount(unit, total)}`;
  const counted = unit === 'events' ? `${much} events` : much;
  const share = total === null || total === 0 ? [] : [`${Math.floor((done / total) * 100)}%`];
  return `${DOING[work]} ${subject}: ${[counted, ...share, `${amount(unit, perSecond)}/s`].join(', ')}`;
};

interface Stretch {
  readonly key: string;
  readonly from: number;
  readonly since: number;
}

/** One line on a terminal that tells how far long work is, and goes when it is done. */
export class Meter {
  readonly #terminal: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  #stretch: Stretch | null = null;
  #drawnAt = 0;
  #drawn = false;

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal;
  }

  show(progress: Progress): void {
    const now = performance.now();
    const key = `${progress.work} ${progress.subject} ${progress.total}`;
    if (this.#stretch?.key !== key) this.#stretch = { key, from: progress.done, since: now };
    if (now - this.#startedAt < SHOW_AFTER_MS || now - this.#drawnAt < REDRAW_MS) return;
    const { from, since } = this.#stretch;
    const perSecond = now === since ? 0 : ((progress.done - from) * 1000) / (now - since);
    this.#drawnAt = now;
    this.#drawn = true;
    const line = progressLine(progress, perSecond).slice(0, (this.#terminal.columns || 80) - 1);
    this.#terminal.write(START_OF_EMPTY_LINE + line);
  }

  clear(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#terminal.write(START_OF_EMPTY_LINE);
  }
}

/** None where nobody looks, or where a line cannot be drawn again. */
export const meterFor = ({ json = false }: { readonly json?: boolean | undefined }): Meter | null =>
  process.stderr.isTTY && !json && process.env.TERM !== 'dumb' ? new Meter(process.stderr) : null;
