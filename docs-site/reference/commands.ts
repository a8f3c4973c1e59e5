import type { AnyOperation } from '../../src/commands/operation.ts';
import { eventDefinitions, type StreamKind } from '../../src/domain/streams.ts';
import type { CommandName } from '../../src/library/commander.ts';
import { type DeclaredOperation, declaredOperations } from './declared.ts';
import { roleOf } from './events.ts';
import { wordsFor } from './field-words.ts';
import { anchor, code, link, type Page, page, paragraphs, table } from './markdown.ts';
import { PLACES } from './places.ts';
import { fieldsOf } from './schema.ts';
import { docstringsIn } from './source.ts';

const CONDITIONS: Readonly<Record<string, string>> = {
  multiattach: '`multiattach`, when it is asked for',
  extend_online: '`extend_online`, when the volume is connected',
};

/** `docs/reference/commands.md`: every operation, as the command that asks for it. */
export const commandsPage = (): Page => {
  const docs = docstringsIn('src/domain');
  const declared = declaredOperations();
  const given = declared.filter(({ isPublic }) => isPublic);
  return page(
    'docs/reference/commands.md',
    'src/commands/operations.ts',
    '# Commands',
    `A command is an object with its name as \`type\` and the fields below. \`engine.execute(command, context)\` gives it and answers
an \`Either\`; the library's methods and the verbs of \`scoria\` give the same commands. Each leads to
[events](events.md), or to one of the [errors](errors.md) and no event at all.`,
    `Where a field is not required, leaving it out means its default. The \`id\` of what a command makes may be left out: it is then
made from the command's own id, so that a repeated command means the same resource.`,
    `Besides what stands under each, every command may be refused with \`InvalidInput\`, \`CommandIdReused\` or \`ResourceBusy\`, and
one that calls a driver or connector may end with \`DriverFailed\`, \`ConnectorFailed\` or \`OutcomeUnknown\`.`,
    table(
      ['command', 'stream', 'library', '`scoria`'],
      given.map(({ name, operation }) => [
        link(name, name),
        code(streamOf(operation)),
        methodLink(name as CommandName),
        verbLink(name as CommandName),
      ]),
    ),
    ...given.map((one) => section(one, docs.get(one.name) ?? '')),
    '## Commands that only their parents give',
    'Copies are made of these. They cannot be given from outside, and show in the history with the id of their parent.',
    ...declared.filter(({ isPublic }) => !isPublic).map((one) => section(one, docs.get(one.name) ?? '')),
  );
};

const streamOf = ({ kind }: AnyOperation): string =>
  ({ volume: 'volume-ID', backend: 'backend-NAME', key_value: 'kv-KEY', audit: 'audit' })[kind as StreamKind];

const methodLink = (name: CommandName): string => {
  const { method } = PLACES[name];
  const [owner = ''] = method.split('.');
  return `[\`${method}\`](library.md#${anchor(owner)})`;
};

const verbLink = (name: CommandName): string => {
  const { verb } = PLACES[name];
  return `[\`${verb}\`](cli.md#${anchor(`scoria ${verb}`)})`;
};

const section = (one: DeclaredOperation, doc: string): string => {
  const { name, operation, capabilities, refusals, isPublic } = one;
  if (doc === '') throw new Error(`the command ${name} has no docstring where it is defined, under src/domain`);
  const rows = fieldsOf(operation.command.schema, { io: 'input' }).map(({ path, type, required }) => [
    code(path),
    type,
    required && !(operation.creates === true && path === 'id') ? 'yes' : 'no',
    wordsFor(name, path),
  ]);
  const needs = capabilities.map((capability) => CONDITIONS[capability] ?? code(capability));
  const facts = [
    ...(isPublic
      ? [
          ['Library', methodLink(name as CommandName)],
          ['Command line', verbLink(name as CommandName)],
        ]
      : []),
    ['Stream', code(streamOf(operation))],
    ['Events', eventLinks(one)],
    ...(needs.length === 0 ? [] : [['Needs of the driver', needs.join(', ')]]),
    ...(refusals.length === 0 ? [] : [['Refused with', refusals.map((refusal) => code(refusal)).join(', ')]]),
  ];
  return paragraphs(
    `${isPublic ? '##' : '###'} ${name}`,
    doc,
    table(['field', 'type', 'required', 'what it means'], rows),
    facts.map(([what, value]) => `- ${what}: ${value}`).join('\n'),
  );
};

const ORDER = ['intent', 'fact', 'outcome', 'failure', 'unknown'];

const eventLinks = ({ events }: DeclaredOperation): string =>
  events
    .map((type) => {
      const definition = eventDefinitions.get(type);
      if (definition === undefined) throw new Error(`there is no event ${type}`);
      return { type, role: roleOf(definition) };
    })
    .toSorted((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role))
    .map(({ type, role }) => `[${type}](events.md#${anchor(type)}) (${role})`)
    .join(', ');
