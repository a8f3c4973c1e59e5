import fc from 'fast-check';
import type { Fault, MemoryCall } from '../../drivers/memory/faults.ts';

const CALLS: readonly MemoryCall[] = [
  ...(['createVolume', 'deleteVolume', 'findVolume', 'createExport', 'removeExport'] as const),
  ...(['initializeConnection', 'terminateConnection', 'extendVolume', 'cloneVolume'] as const),
  ...(['createSnapshot', 'deleteSnapshot', 'createVolumeFromSnapshot', 'findSnapshot', 'revertToSnapshot'] as const),
  ...(['connectVolume', 'disconnectVolume', 'findDevice', 'extendDevice'] as const),
];

/**
 * What may go wrong with an array in memory, as fast-check draws it: mostly nothing, else calls that are refused
 * (`before`), whose answer is lost (`after`), or that are lost themselves (`instead`), once or many times.
 */
export const arrayFaults = (
  options: { readonly calls?: readonly MemoryCall[] } = {},
): fc.Arbitrary<readonly Fault[]> => {
  const fault = fc.record({
    call: fc.constantFrom(...(options.calls ?? CALLS)),
    when: fc.constantFrom('before' as const, 'after' as const, 'instead' as const),
    times: fc.constantFrom(1, 2, 1_000),
  });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }) },
  );
};
