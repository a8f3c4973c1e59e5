import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createEngine } from 'scoria';
import { service } from './service.ts';

const data = resolve(process.env.DATA ?? 'data');
const port = Number(process.env.PORT ?? 8080);

await mkdir(data, { recursive: true });
await using engine = await createEngine({ log: `${data}/scoria.db` });

// At the second start the backend is there already, and this answers it.
const { name } = await engine.addBackend({ name: 'store', driver: 'file', options: { directory: `${data}/volumes` } });

const server = createServer(service({ engine, backend: name }));
server.listen(port, '127.0.0.1');
await once(server, 'listening');
console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);

await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
console.log('finishing what was begun');
server.close();
await once(server, 'close');
