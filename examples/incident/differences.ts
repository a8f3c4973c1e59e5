/** What a dump holds of a volume: Scoria's names for it, and whatever else there is. */
interface DumpedVolume {
  readonly id: string;
  readonly name: string | null;
  readonly [field: string]: unknown;
}

const volumesOf = (dump: string): ReadonlyMap<string, DumpedVolume> => {
  const { volumes } = JSON.parse(dump) as { readonly volumes: readonly DumpedVolume[] };
  return new Map(volumes.map((volume) => [volume.id, volume]));
};

const called = ({ id, name }: DumpedVolume): string => name ?? id;

function* fieldsThatDiffer(before: DumpedVolume, after: DumpedVolume): Generator<string> {
  for (const field of Object.keys(after)) {
    const [old, current] = [JSON.stringify(before[field]), JSON.stringify(after[field])];
    if (old !== current) yield `${called(after)}: ${field} was ${old}, is ${current}`;
  }
}

/** What became of the volumes between two dumps, a line each. */
export function* differences(before: string, after: string): Generator<string> {
  const [old, current] = [volumesOf(before), volumesOf(after)];
  for (const volume of old.values()) {
    const now = current.get(volume.id);
    if (now === undefined) yield `${called(volume)}: gone`;
    else yield* fieldsThatDiffer(volume, now);
  }
  for (const volume of current.values()) if (!old.has(volume.id)) yield `${called(volume)}: new`;
}
