import { existsSync, mkdirSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NVMET = '/sys/kernel/config/nvmet';

export interface PlainNvmet {
  readonly nqn: string;
  readonly addresses: readonly string[];
  readonly namespaces: Readonly<Record<number, { readonly device: string; readonly uuid: string }>>;
}

/** An NVMe-oF subsystem of the kernel's made by hand, which lets everybody in. */
export class PlainNvmetSubsystem {
  readonly #subsystem: string;
  readonly #ids: readonly string[];
  readonly #nqn: string;
  #ports: readonly string[];

  constructor({ nqn, addresses, namespaces }: PlainNvmet) {
    this.#nqn = nqn;
    this.#subsystem = join(NVMET, 'subsystems', nqn);
    this.#ids = Object.keys(namespaces);
    mkdirSync(this.#subsystem);
    writeFileSync(join(this.#subsystem, 'attr_allow_any_host'), '1');
    for (const [id, { device, uuid }] of Object.entries(namespaces)) {
      const namespace = join(this.#subsystem, 'namespaces', id);
      mkdirSync(namespace);
      writeFileSync(join(namespace, 'device_path'), device);
      writeFileSync(join(namespace, 'device_uuid'), uuid);
      writeFileSync(join(namespace, 'enable'), '1');
    }
    this.#ports = addresses.map((address, index) => this.#open(address, `${70 + index}`));
  }

  grew(id: number): void {
    const file = join(this.#subsystem, 'namespaces', String(id), 'revalidate_size');
    if (existsSync(file)) writeFileSync(file, '1');
  }

  remove(): void {
    for (const port of this.#ports) {
      unlinkSync(join(port, 'subsystems', this.#nqn));
      rmdirSync(port);
    }
    this.#ports = [];
    for (const id of this.#ids) rmdirSync(join(this.#subsystem, 'namespaces', id));
    rmdirSync(this.#subsystem);
  }

  #open(address: string, id: string): string {
    const port = join(NVMET, 'ports', id);
    mkdirSync(port);
    writeFileSync(join(port, 'addr_trtype'), 'tcp');
    writeFileSync(join(port, 'addr_adrfam'), 'ipv4');
    writeFileSync(join(port, 'addr_traddr'), address);
    writeFileSync(join(port, 'addr_trsvcid'), '4420');
    symlinkSync(this.#subsystem, join(port, 'subsystems', this.#nqn));
    return port;
  }
}
