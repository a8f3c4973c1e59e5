import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import type { Attach } from '../../../src/testing/driver/host-bytes.ts';

/** Ceph's own library, which has no hand in how Scoria attaches: one request a line, one answer a line. */
const HOLDER = `
import base64, json, rados, rbd, sys
conf, user, pool, namespace, image = sys.argv[1:]
with rados.Rados(conffile=conf, rados_id=user) as cluster, cluster.open_ioctx(pool) as pool:
    pool.set_namespace(namespace)
    with rbd.Image(pool, image) as image:
        print(json.dumps("open"), flush=True)
        for line in sys.stdin:
            what, offset, argument = json.loads(line)
            if what == "size":
                answer = str(image.size())
            elif what == "read":
                answer = base64.b64encode(image.read(offset, argument)).decode()
            else:
                answer = image.write(base64.b64decode(argument), offset)
                image.flush()
            print(json.dumps(answer), flush=True)
`;

const NAME = /^(?<pool>[^/]+)\/((?<namespace>[^/]+)\/)?(?<image>[^/]+)$/;

type Request = readonly ['size' | 'read' | 'write', number, (number | string)?];

/** The bytes of an image, as a program sees them that has it open: by `conf`, or by what the connection info names. */
export const imageBytes =
  (user: string, conf?: string): Attach =>
  async ({ data }: ConnectionInfo) => {
    const { pool = '', namespace = '', image = '' } = NAME.exec(String(data.name))?.groups ?? {};
    const args = ['-c', HOLDER, conf ?? String(data.ceph_conf), user, pool, namespace, image];
    const holder = spawn('/usr/bin/python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(holder, 'exit');
    const answers = createInterface({ input: holder.stdout })[Symbol.asyncIterator]();
    const answer = async () => {
      const { value, done } = await answers.next();
      if (done) throw new Error(`${String(data.name)} could not be read or written`);
      return JSON.parse(value as string);
    };
    const ask = (...[what, offset, argument = 0]: Request) => {
      holder.stdin.write(`${JSON.stringify([what, offset, argument])}\n`);
      return answer();
    };
    await answer();
    return {
      write: async (offset, bytes) => {
        await ask('write', offset, Buffer.from(bytes).toString('base64'));
      },
      read: async (offset, length) => Buffer.from(await ask('read', offset, length), 'base64'),
      sizeBytes: async () => BigInt(await ask('size', 0)),
      detach: async () => {
        holder.stdin.end();
        await ended;
      },
    };
  };
