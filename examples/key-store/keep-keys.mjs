#!/usr/bin/env node
// A key store for Scoria that is a program: it keeps keys in the directory that is its argument. One line of JSON comes
// on standard input, one goes to standard output; a failure is an exit code that is not 0.
//
// DIRECTORY/SCOPE/current holds the key of a scope, and a file for each that was destroyed has its id alone. `link` makes
// a file or fails, so that two hosts that come at once end with one key.

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const [directory] = process.argv.slice(2);
const { v, do: asked, scope, id, offer } = JSON.parse(readFileSync(0, 'utf8'));
if (v !== 1) throw new Error('this program knows version 1 of the questions');
// A scope or an id is a name of ours, and no path.
const nameOf = (text) => Buffer.from(text).toString('base64url');
const home = join(directory, nameOf(scope));
const current = join(home, 'current');

const sync = (path) => {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
};

/** A private file that is whole and on the disk before it has its name. Answers whether the name was free. */
const write = (path, content) => {
  const draft = join(home, `.${randomUUID()}`);
  const descriptor = openSync(draft, 'wx', 0o600);
  writeSync(descriptor, content);
  fsyncSync(descriptor);
  closeSync(descriptor);
  try {
    linkSync(draft, path);
    sync(home);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft);
  }
};

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
};

const namesIn = (path) => {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
};

const keyIn = (path) => {
  const text = read(path);
  return text === null ? null : JSON.parse(text);
};

const answers = {
  // The scope's key; without one, the key that is offered becomes it.
  current() {
    if (offer !== undefined) {
      mkdirSync(home, { recursive: true, mode: 0o700 });
      if (write(current, JSON.stringify(offer))) sync(directory);
    }
    return { key: keyIn(current) };
  },
  // A key by its id: one that was destroyed left its name.
  find() {
    const key = keyIn(current);
    if (key?.id === id) return { key };
    return { key: read(join(home, nameOf(id))) === null ? null : 'destroyed' };
  },
  // Destroys the scope's key; answers the ids of all that it ever had.
  destroy() {
    const key = keyIn(current);
    if (key !== null) {
      write(join(home, nameOf(key.id)), key.id);
      rmSync(current);
      sync(home);
    }
    const destroyed = namesIn(home).filter((name) => name !== 'current' && !name.startsWith('.'));
    return { destroyed: destroyed.map((name) => Buffer.from(name, 'base64url').toString()) };
  },
};

process.stdout.write(`${JSON.stringify(answers[asked]())}\n`);
