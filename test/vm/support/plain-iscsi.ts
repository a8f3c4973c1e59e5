import { mkdirSync, readdirSync, readFileSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TARGETS = '/sys/kernel/config/target';
const STORES = join(TARGETS, 'core/iblock_7');

/** The name by which this host logs in. */
export const initiatorName = (): string =>
  /^InitiatorName=(\S+)/m.exec(readFileSync('/etc/iscsi/initiatorname.iscsi', 'utf8'))?.[1] ?? '';

export interface PlainIscsi {
  readonly iqn: string;
  /** The LUN numbers, and what is behind them. */
  readonly luns: Readonly<Record<number, { readonly device: string; readonly serial: string }>>;
  readonly addresses: readonly string[];
  readonly chap?: { readonly username: string; readonly password: string };
}

/** An iSCSI target of the kernel's made by hand, with nothing of Scoria's in it. */
export class PlainIscsiTarget {
  readonly #group: string;
  readonly #acl: string;
  readonly #stores = new Map<number, string>();

  constructor({ iqn, luns, addresses, chap }: PlainIscsi) {
    this.#group = join(TARGETS, 'iscsi', iqn, 'tpgt_1');
    this.#acl = join(this.#group, 'acls', initiatorName());
    mkdirSync(this.#group, { recursive: true });
    writeFileSync(join(this.#group, 'attrib/authentication'), chap === undefined ? '0' : '1');
    mkdirSync(this.#acl);
    if (chap !== undefined) {
      writeFileSync(join(this.#acl, 'auth/userid'), chap.username);
      writeFileSync(join(this.#acl, 'auth/password'), chap.password);
    }
    for (const [lun, { device, serial }] of Object.entries(luns)) this.map(Number(lun), device, serial);
    for (const address of addresses) this.open(address);
    writeFileSync(join(this.#group, 'enable'), '1');
  }

  open(address: string): void {
    mkdirSync(join(this.#group, 'np', `${address}:3260`));
  }

  /** Whoever is logged in through it is cut off. */
  shut(address: string): void {
    rmdirSync(join(this.#group, 'np', `${address}:3260`));
  }

  map(lun: number, device: string, serial: string): void {
    const store = join(STORES, serial);
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, 'control'), `udev_path=${device}`);
    writeFileSync(join(store, 'wwn/vpd_unit_serial'), serial);
    writeFileSync(join(store, 'enable'), '1');
    this.#stores.set(lun, store);
    const unit = join(this.#group, 'lun', `lun_${lun}`);
    mkdirSync(unit);
    symlinkSync(store, join(unit, 'store'));
    mkdirSync(join(this.#acl, `lun_${lun}`));
    symlinkSync(unit, join(this.#acl, `lun_${lun}`, 'unit'));
  }

  unmap(lun: number): void {
    unlinkSync(join(this.#acl, `lun_${lun}`, 'unit'));
    rmdirSync(join(this.#acl, `lun_${lun}`));
    unlinkSync(join(this.#group, 'lun', `lun_${lun}`, 'store'));
    rmdirSync(join(this.#group, 'lun', `lun_${lun}`));
    rmdirSync(this.#stores.get(lun) ?? '');
  }

  remove(): void {
    writeFileSync(join(this.#group, 'enable'), '0');
    for (const name of readdirSync(this.#acl).filter((entry) => entry.startsWith('lun_'))) {
      this.unmap(Number(name.slice('lun_'.length)));
    }
    rmdirSync(this.#acl);
    for (const portal of readdirSync(join(this.#group, 'np'))) rmdirSync(join(this.#group, 'np', portal));
    rmdirSync(this.#group);
    rmdirSync(join(this.#group, '..'));
    if (readdirSync(STORES, { withFileTypes: true }).every((entry) => !entry.isDirectory())) rmdirSync(STORES);
  }
}
