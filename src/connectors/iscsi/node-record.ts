/** open-iscsi's database of targets; which of the two depends on how it was built. */
const PLACES = ['/etc/iscsi/nodes', '/var/lib/iscsi/nodes'];

interface Named {
  readonly address: string;
  readonly port: number;
  readonly iqn: string;
}

/** Where the target's record may be: a file of that name, or in a directory whose name goes on with `,GROUP`. */
export const placesOf = ({ address, port, iqn }: Named) =>
  PLACES.map((place) => ({ directory: `${place}/${iqn}`, name: `${address},${port}` }));

/** Bounds a login: a target that does not answer in 5 seconds, twice, is not there. */
const LOGIN = {
  'node.session.initial_login_retry_max': '2',
  'node.conn[0].timeo.login_timeout': '5',
} as const;

export const settingsFor = (chap: { readonly username: string; readonly password: string } | null) => ({
  'node.startup': 'manual',
  // So that no LUN appears on this host that nobody asked for.
  'node.session.scan': 'manual',
  ...LOGIN,
  'node.session.auth.authmethod': chap === null ? 'None' : 'CHAP',
  ...(chap === null
    ? {}
    : { 'node.session.auth.username': chap.username, 'node.session.auth.password': chap.password }),
});

const CREDENTIAL = /^node\.session\.auth\.(?:username|password)(?:_in)? = /;
const END = '# END RECORD';

/** The record with these settings and no other credentials. */
export const withSettings = (record: string, settings: Readonly<Record<string, string>>): string => {
  const isOther = (line: string) => !CREDENTIAL.test(line) && !Object.keys(settings).some((name) => sets(line, name));
  const kept = record.split('\n').filter((line) => line !== '' && line !== END && isOther(line));
  const added = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [...kept, ...added, END, ''].join('\n');
};

const sets = (line: string, name: string): boolean => line.startsWith(`${name} = `);
