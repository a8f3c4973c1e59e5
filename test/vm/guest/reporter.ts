import type { TestEvent } from 'node:test/reporters';

/** Of what the test threw; the runner wraps it. */
const messageOf = ({ cause, message }: Error): string =>
  String(cause instanceof Error ? cause.message : (cause ?? message));

/** A line of JSON for each test that ended; what groups tests is none. */
export default async function* lines(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details.type === 'suite') continue;
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    const status = isSkipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    const message = type === 'test:fail' ? { message: messageOf(data.details.error) } : {};
    yield `${JSON.stringify({ name: data.name, status, seconds: data.details.duration_ms / 1000, ...message })}\n`;
  }
}
