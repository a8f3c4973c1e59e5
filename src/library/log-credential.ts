import { rejections, ScoriaError } from '../domain/errors.ts';
import { REFERENCE_FORMS, type SecretReference, secret } from '../drivers/options.ts';
import { isLogUrl } from '../log-url.ts';

const PARAMETER = 'password';

/** Never with what was given: any part of it may be a credential. */
export const invalidLogUrl = (message: string, remedy: string): ScoriaError =>
  new ScoriaError(rejections.InvalidInput(message, remedy));

/** A cluster's URL names several hosts, which the standard has no place for: the first stands for all. */
const readUrl = (log: string): URL | null => URL.parse(log.replace(/^([^?#,]*)(?:,[^/?#,]*)+/, '$1'));

export const parseLogUrl = (log: string): URL => {
  const url = readUrl(log);
  if (url !== null) return url;
  throw invalidLogUrl('the URL of the log cannot be read', 'give postgres://user@host:port/database or the like');
};

/** How people know the log: without user, credential and parameters. */
export const logNameOf = (log: string): string => {
  if (!isLogUrl(log)) return log;
  const { protocol, host, pathname } = parseLogUrl(log);
  return `${protocol}//${host}${pathname}`;
};

const givenPassword = (url: URL): string | null =>
  url.password === '' ? url.searchParams.get(PARAMETER) : decodeURIComponent(url.password);

const referenceIn = (url: URL): SecretReference | 'none' | 'literal' => {
  const given = givenPassword(url);
  if (given === null) return 'none';
  const parsed = secret().safeParse(given);
  return parsed.success ? (parsed.data as unknown as SecretReference) : 'literal';
};

/** Whether a log's URL has a password in it, instead of a reference to one. */
export const holdsPassword = (log: string): boolean => {
  const url = isLogUrl(log) ? readUrl(log) : null;
  return url !== null && referenceIn(url) === 'literal';
};

export const PASSWORD_REMEDY = `take it out, and give a reference, as in ?${PARAMETER}=env:NAME (${REFERENCE_FORMS})`;

/** The reference to the credential that a log's URL names in the place of its password, or as `?password=`. */
export const passwordReference = (url: URL): SecretReference | null => {
  const reference = referenceIn(url);
  if (reference === 'literal') throw invalidLogUrl('the URL of the log holds a password', PASSWORD_REMEDY);
  return reference === 'none' ? null : reference;
};
