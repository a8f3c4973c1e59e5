import type { OutsideNote, Verified } from '../../audit/verifier/verify.ts';
import type { CommandContext } from '../../commands/given.ts';
import type { Services } from '../../commands/services.ts';
import { AUDIT_STREAM, type AuditIdentity, type AuditState } from '../../domain/audit/audit.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import type { Commander } from '../commander.ts';
import type { Storage } from '../storage.ts';
import { keepNote, notesOf, notWritten, rolledBack } from './notes-directory.ts';
import type { AuditOptions } from './options.ts';

/** How far a log is sealed. */
export interface Sealed extends AuditIdentity {
  /** How many events, from the first, the newest checkpoint covers. */
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** The checkpoint as a signed note, to be kept elsewhere. */
  readonly note: string;
  /** Whether there was anything to seal. */
  readonly isNew: boolean;
}

/** What a verification is told from outside: the less of it, the more it believes the log. */
export interface VerifyInput {
  /** The verifier key that is trusted, as `audit.key()` says it; without it, the one that the log names first. */
  readonly key?: string;
  /** Notes that the log must hold: those of the configured directory, unless given. */
  readonly notes?: readonly OutsideNote[];
}

/** The record's proofs of itself. */
export class Audit {
  readonly #storage: Storage;
  readonly #services: Services;
  readonly #commands: Commander;
  readonly #options: AuditOptions;
  readonly #run: RunCommand;

  /** @internal */
  constructor(storage: Storage, services: Services, commands: Commander, options: AuditOptions, run: RunCommand) {
    this.#storage = storage;
    this.#services = services;
    this.#commands = commands;
    this.#options = options;
    this.#run = run;
  }

  /**
   * Signs a checkpoint over all events, and hands its note out: to the notes directory, and to the command that gets
   * notes. With nothing new it hands the newest note out again. Throws `InvalidAuditKey` without a key file, and
   * `NoteNotWritten` when the checkpoint is recorded but its note is not handed out.
   */
  async seal(context?: CommandContext): Promise<Sealed> {
    const before = (await this.#state()).checkpoint;
    const { state } = await this.#commands.give('SealLog', {}, context);
    return this.#handedOut(state, before?.note);
  }

  /** The log's verifier key, which others trust: `name+id+base64`. `null` before it is first sealed. */
  async key(): Promise<string | null> {
    return (await this.#state()).identity?.key ?? null;
  }

  /** Lets the key of another file sign from now on. The key that signs until now signs that, so both are needed. */
  async rotateKey(keyFile: string, context?: CommandContext): Promise<string> {
    const { state } = await this.#commands.give('RotateAuditKey', { key_file: keyFile }, context);
    return state.identity?.key ?? '';
  }

  /**
   * Accepts that the log does not hold the newest note of the notes directory: the record says who and why, and the log
   * goes on under a new origin. Throws `NothingToAccept` when it holds it.
   */
  async acceptRollback(context?: CommandContext): Promise<AuditIdentity> {
    const { state } = await this.#commands.give('AcceptRollback', {}, context);
    return state.identity as AuditIdentity;
  }

  /** Throws `LogRolledBack` when the log does not hold the newest note of the notes directory. */
  async assertNotRolledBack(): Promise<void> {
    const unheld = await this.#services.audit.unheldNote(() => this.#state());
    if (unheld !== null) throw rolledBack(unheld, this.#storage.log.name);
  }

  /**
   * Checks every event, the chain of every stream, the tree, and every checkpoint. Throws `RecordBroken` with the first
   * thing that does not hold.
   */
  async verify({ key, notes }: VerifyInput = {}): Promise<Verified> {
    // Every start would pay for what few commands use.
    const { verifyLog } = await import('./verify.ts');
    const { log, onlooker } = this.#storage;
    return verifyLog(log, { key, notes: notes ?? (await this.#notes()) }, onlooker);
  }

  /** The proof that an event, by its id or position, is under the newest checkpoint (C2SP tlog-proof). */
  async prove(event: string | bigint): Promise<string> {
    const { proveEvent } = await import('./prove.ts');
    return proveEvent(this.#storage.log, await this.#state(), event);
  }

  /** The proof that the log of a newer note, or of its newest checkpoint, begins with that of an older note. */
  async proveConsistency(older: string, newer?: string): Promise<string> {
    const { proveConsistency } = await import('./prove.ts');
    return proveConsistency(this.#storage.log, await this.#state(), older, newer);
  }

  #state(): Promise<AuditState> {
    return this.#services.read.state('audit', AUDIT_STREAM);
  }

  async #notes(): Promise<readonly OutsideNote[]> {
    const { notesDirectory } = this.#options;
    return notesDirectory === undefined ? [] : notesOf(notesDirectory);
  }

  async #handedOut({ identity, checkpoint }: AuditState, before: string | undefined): Promise<Sealed> {
    if (identity === null || checkpoint === null) throw new TypeError('a sealed log has a checkpoint');
    const { size, root, note } = checkpoint;
    const { notesDirectory, notesCommand } = this.#options;
    if (notesDirectory !== undefined) await keepNote(notesDirectory, note);
    if (notesCommand !== undefined) await this.#tell(notesCommand, note);
    return { ...identity, size: Number(size), root, note, isNew: note !== before };
  }

  async #tell([program = '', ...args]: readonly string[], note: string): Promise<void> {
    try {
      await this.#run(program, args, { input: note });
    } catch (error) {
      throw notWritten(`the checkpoint's note was not taken by ${program}`, program, error);
    }
  }
}
