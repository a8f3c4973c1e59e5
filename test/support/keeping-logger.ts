import type { LogFields, Logger } from '../../src/logging.ts';

/** A logger that keeps everything. */
export const keepingLogger = () => {
  const lines: string[] = [];
  const keep = (level: string) => (fields: LogFields, message: string) =>
    void lines.push(`${level} ${JSON.stringify(fields)} ${message}`);
  const log: Logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  return { lines, log };
};
