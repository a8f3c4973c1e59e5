/** The calendar months (UTC) that a span of time touches, and how much of it lies in each. */
export function* monthsBetween(from: string, to: string): Generator<{ readonly month: string; readonly ms: bigint }> {
  const end = Date.parse(to);
  let start = Date.parse(from);
  while (start < end) {
    const day = new Date(start);
    const nextMonth = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1);
    const stop = Math.min(nextMonth, end);
    yield { month: day.toISOString().slice(0, 7), ms: BigInt(stop - start) };
    start = stop;
  }
}
