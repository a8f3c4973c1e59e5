/** A check cannot be made here, and nothing is wrong with the driver. */
export class CannotCheck extends Error {
  override readonly name = 'CannotCheck';
}
