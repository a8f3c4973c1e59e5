import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { writeDurably } from '../durable-file.ts';
import { outputNotWritten } from '../output.ts';

const OTHERS = 0o077;
const LARGEST_BYTES = 4_096;

/** Makes a new key in a file that only its owner can read. Nothing that is there is replaced. */
export const createKeyFile = async (file: string): Promise<KeyObject> => {
  if (await isThere(file)) throw refused(file, 'is there already', 'give the path of a new file');
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    await writeDurably(file, [privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()]);
  } catch (error) {
    throw (
      outputNotWritten(file, error) ??
      refused(file, `cannot be written: ${reasonOf(error)}`, 'give a path that can be written', error)
    );
  }
  return privateKey;
};

/** The key of a file that nobody but this process's user can read. */
export const readKeyFile = async (file: string): Promise<KeyObject> => {
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    await assertPrivate(file, handle);
    return ed25519(file, await handle.readFile('utf8'));
  } catch (error) {
    if (error instanceof ScoriaError) throw error;
    throw refused(file, `cannot be read: ${reasonOf(error)}`, '`scoria audit key create FILE` makes a key file', error);
  }
};

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const assertPrivate = async (file: string, handle: FileHandle): Promise<void> => {
  const { mode, uid, size } = await handle.stat();
  const isRegular = (mode & constants.S_IFMT) === constants.S_IFREG;
  if (!isRegular || size > LARGEST_BYTES) throw refused(file, 'is no key file', 'give the path of a key file');
  if ((mode & OTHERS) !== 0) {
    throw refused(file, `can be read or written by others (mode ${octal(mode)})`, `chmod 600 ${file}`);
  }
  const own = process.geteuid?.();
  if (own !== undefined && uid !== own) {
    throw refused(file, `belongs to the user ${uid}, and this process is of ${own}`, `chown ${own} ${file}`);
  }
};

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0');

/** What the file holds never shows in an error. */
const ed25519 = (file: string, text: string): KeyObject => {
  const key = privateKeyIn(text);
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw refused(file, 'holds no Ed25519 private key in PEM', '`scoria audit key create FILE` makes a key file');
};

const privateKeyIn = (text: string): KeyObject | null => {
  try {
    return createPrivateKey(text);
  } catch {
    return null;
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const refused = (file: string, problem: string, remedy: string, cause?: unknown): ScoriaError =>
  new ScoriaError(rejections.InvalidAuditKey(`the key file ${file} ${problem}`, remedy, { file }), { cause });

export const noKeyFile = (): ScoriaError =>
  new ScoriaError(
    rejections.InvalidAuditKey(
      'no key file is configured, so nothing can be signed',
      'make one with `scoria audit key create FILE`, and name it as audit_key_file in scoria.yaml or SCORIA_AUDIT_KEY_FILE',
    ),
  );
