import { ConnectorFailure } from './contract.ts';

/** What all ways said that were tried. */
export const together = (failures: readonly ConnectorFailure[]): ConnectorFailure => {
  const said = [...new Set(failures.map(({ message }) => message))].join('; ');
  return new ConnectorFailure(said, failures[0]?.remedy ?? 'connect the volume again', { cause: failures[0] });
};
