import type { IncomingMessage, RequestListener } from 'node:http';
import { type Actor, type RejectionKind, ScoriaError } from 'scoria';
import { type Answer, type Asked, routes, type Storage } from './routes.ts';

/** How a caller can meet a rejection, in HTTP's words. */
const STATUS: Readonly<Record<RejectionKind, number>> = {
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  busy: 503,
  failed: 502,
  unknown: 504,
  log: 503,
  differs: 500,
  behind: 503,
};

const LONGEST_BODY = 64 * 1024;

/** What is wrong with a request before Scoria sees it. */
class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Who asks. The headers are for the proxy in front to set, which has authenticated them. */
const actorOf = ({ headers }: IncomingMessage): Actor => {
  const { 'x-user': user, 'x-project': project } = headers;
  if (typeof user === 'string' && typeof project === 'string') return { user, project };
  throw new BadRequest(401, 'say who asks, in the headers X-User and X-Project');
};

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let length = 0;
  // Left open, so that who sent too much can be told.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_BODY) throw new BadRequest(413, `the body has more than ${LONGEST_BODY} bytes`);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw new BadRequest(400, 'the body is not JSON');
  }
};

const answerOf = async (storage: Storage, request: IncomingMessage): Promise<Answer> => {
  const url = new URL(request.url ?? '/', 'http://service');
  for (const { method, path, answer } of routes) {
    const match = request.method === method ? path.exec({ pathname: url.pathname }) : null;
    if (match === null) continue;
    const asked: Asked = {
      id: match.pathname.groups.id ?? '',
      at: url.searchParams.get('at') ?? undefined,
      context: {
        // The same key with the same request happens once, and is answered alike.
        commandId: header(request, 'idempotency-key'),
        actor: actorOf(request),
        reason: header(request, 'x-reason'),
      },
      body: <Input>() => readBody(request) as Promise<Input>,
    };
    return answer(storage, asked);
  }
  throw new BadRequest(404, `there is no ${request.method} ${url.pathname}`);
};

const failure = (error: unknown): Answer => {
  if (error instanceof BadRequest) return { status: error.status, body: { error: { message: error.message } } };
  if (error instanceof ScoriaError) {
    const { code, kind, message, remedy } = error.rejection;
    return { status: STATUS[kind], body: { error: { code, message, remedy } } };
  }
  console.error(error);
  return { status: 500, body: { error: { message: 'something went wrong that nobody foresaw' } } };
};

/** The service, as `createServer` takes it. */
export const service =
  (storage: Storage): RequestListener =>
  async (request, response) => {
    const { status, body } = await answerOf(storage, request).catch(failure);
    response.writeHead(status, {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(status === STATUS.busy ? { 'retry-after': '1' } : {}),
    });
    response.end(body === undefined ? undefined : `${JSON.stringify(body)}\n`);
  };
