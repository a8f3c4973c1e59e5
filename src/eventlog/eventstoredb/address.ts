import { rejections, ScoriaError } from '../../domain/errors.ts';

/** Where an EventStoreDB is, and which part of it is Scoria's. */
export interface EventStoreAddress {
  /** As the client takes it, without a credential. */
  readonly connectionString: string;
  /** For people and for messages. */
  readonly name: string;
  /** What the names of all streams of this record begin with. */
  readonly prefix: string;
  /** Without TLS the server asks nobody who they are. */
  readonly tls: boolean;
  readonly user: string | undefined;
  /** A reference to the user's password: `env:NAME`, `file:/path`, `command:program`. */
  readonly password: string | undefined;
}

const URL_SHAPE = /^(?:esdb|kurrentdb)(\+discover)?:\/\/([^/?#]*)\/?(?:\?([^#]*))?$/;
const HOST = /^[A-Za-z0-9._-]+(?::\d{1,5})?$/;
const PREFIX = /^[A-Za-z0-9_-]{1,64}$/;
const DEFAULT_PREFIX = 'scoria';

const OWN_OPTIONS = ['prefix', 'user', 'password'];
/** The client's own, besides those that Scoria must decide: which node is read, and what a refusal looks like. */
const CLIENT_OPTIONS = [
  'tls',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
];

/** Nothing of the URL is repeated: what it holds could be a credential. */
const invalidAddress = (problem: string, remedy: string): ScoriaError =>
  new ScoriaError(rejections.InvalidInput(`the URL of the EventStoreDB log ${problem}`, remedy, { option: 'log' }));

const FORM = 'write esdb://host:2113?tls=false, esdb+discover://cluster.example:2113 or the like';

/** Throws `InvalidInput` for an URL that is none, or that holds a credential. */
export const parseAddress = (url: string): EventStoreAddress => {
  const [, discover = '', authority = '', query = ''] = URL_SHAPE.exec(url) ?? [];
  if (authority.includes('@')) {
    throw invalidAddress(
      'holds a credential',
      'name the user and refer to the password: ?user=scoria&password=env:NAME, file:/path or command:program',
    );
  }
  const hosts = authority.split(',');
  if (!hosts.every((host) => HOST.test(host))) throw invalidAddress('names no host', FORM);
  const options = optionsOf(query);
  const prefix = options.get('prefix') ?? DEFAULT_PREFIX;
  if (!PREFIX.test(prefix)) {
    throw invalidAddress('has a prefix that no stream may have', 'use at most 64 letters, digits, "_" and "-"');
  }
  const [user, password] = [options.get('user'), options.get('password')];
  if ((user === undefined) !== (password === undefined)) {
    throw invalidAddress('gives only one of user and password', 'give both, or none for a server without TLS');
  }
  const scheme = `esdb${discover}://${authority}`;
  const passed = CLIENT_OPTIONS.flatMap((name) => {
    const value = options.get(name);
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  return {
    connectionString: [scheme, ...passed].join('&').replace('&', '?'),
    name: prefix === DEFAULT_PREFIX ? scheme : `${scheme}?prefix=${prefix}`,
    prefix,
    tls: options.get('tls') !== 'false',
    user,
    password,
  };
};

const optionsOf = (query: string): ReadonlyMap<string, string> => {
  const options = new Map(new URLSearchParams(query));
  const known = [...OWN_OPTIONS, ...CLIENT_OPTIONS];
  for (const [name, value] of options) {
    if (!known.includes(name)) throw invalidAddress('has an option that there is not', `there are ${known.join(', ')}`);
    if (value === '') throw invalidAddress(`gives nothing for ${name}`, `give it a value, or leave ${name} out`);
  }
  return options;
};
