import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';

/** The key store cannot do what is asked of it. */
export const unavailable = (
  message: string,
  remedy: string,
  details: { readonly [key: string]: Json } = {},
): ScoriaError => new ScoriaError(rejections.KeyStoreUnavailable(message, remedy, details));
