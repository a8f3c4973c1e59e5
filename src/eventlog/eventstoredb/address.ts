import { rejections, ScoriaError } from '../../domain/errors.ts';

/** Where an EventStoreDB is, and which part of it is Scoria's. */
export interface EventStoreAddress {
  /** As the client takes it, without user and password. */
  readonly connectionString: string;
  /** For people and for messages. */
  readonly name: string;
  /** What the names of all streams of this record begin with. */
  readonly prefix: string;
  /** Without TLS the server asks nobody who they are. */
  readonly tls: boolean;
}

const URL_SHAPE = /^(?:esdb|kurrentdb)(\+discover)?:\/\/(?:[^/?#@]*@)?([^/?#@]*)\/?(?:\?([^#]*))?$/;
const HOST = /^[A-Za-z0-9._-]+(?::\d{1,5})?$/;
const PREFIX = /^[A-Za-z0-9_-]{1,64}$/;
const DEFAULT_PREFIX = 'scoria';

/** Who reads the user and the password is not here: what is given to the client holds neither. */
const OWN_OPTIONS = ['prefix', 'password'];
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
  new ScoriaError(rejections.InvalidInput(`the URL of the log ${problem}`, remedy));

/** Throws `InvalidInput` for a URL that names no EventStoreDB. */
export const parseAddress = (log: string): EventStoreAddress => {
  const [, discover = '', authority = '', query = ''] = URL_SHAPE.exec(log) ?? [];
  if (!authority.split(',').every((host) => HOST.test(host))) {
    throw invalidAddress('names no host', 'write esdb://host:2113, esdb+discover://cluster.example:2113 or the like');
  }
  const options = optionsOf(query);
  const prefix = options.get('prefix') ?? DEFAULT_PREFIX;
  if (!PREFIX.test(prefix)) {
    throw invalidAddress('has a prefix that streams cannot have', 'use at most 64 letters, digits, "_" and "-"');
  }
  const server = `esdb${discover}://${authority}`;
  const passed = CLIENT_OPTIONS.flatMap((name) => {
    const value = options.get(name);
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  return {
    connectionString: passed.length === 0 ? server : `${server}?${passed.join('&')}`,
    name: prefix === DEFAULT_PREFIX ? server : `${server}?prefix=${prefix}`,
    prefix,
    tls: options.get('tls') !== 'false',
  };
};

const optionsOf = (query: string): ReadonlyMap<string, string> => {
  const options = new Map(new URLSearchParams(query));
  const known = [...OWN_OPTIONS, ...CLIENT_OPTIONS];
  for (const [name, value] of options) {
    if (!known.includes(name))
      throw invalidAddress('has a parameter that there is not', `there are ${known.join(', ')}`);
    if (value === '') throw invalidAddress(`gives nothing for ${name}`, `give it a value, or leave ${name} out`);
  }
  return options;
};
