import type { TestEvent } from 'node:test/reporters';

/** A line of JSON for each test that ended; what groups tests is none. */
export default async function* lines(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details.type === 'suite') continue;
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    const status = isSkipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    yield `${JSON.stringify({ name: data.name, status, seconds: data.details.duration_ms / 1000 })}\n`;
  }
}
