"""A second verifier, written from docs/reference/proof-format.md alone, with Python's standard library.

    python3 verify.py EXPORT [--key FILE] [--notes DIRECTORY]

Prints one JSON object. Exit code 0: all holds; 1: something does not, and `line` and `what` say the first.
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import sys

SAFE = 2**53 - 1
HEX = re.compile(r"[0-9a-f]{64}\Z")
META = ["actor", "at", "causationId", "command", "commandDigest", "commandId", "correlationId", "executor", "hash", "prev"]
FIELDS = ["data", "id", "meta", "position", "revision", "stream", "type", "v"]


class Broken(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Broken(what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Ed25519 (RFC 8032), in extended coordinates.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    d = 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def decompress(encoded):
    y = int.from_bytes(encoded, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def ed25519_verify(public, message, signature):
    if len(signature) != 64:
        return False
    key, nonce = decompress(public), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    a, b = multiply(scalar, BASE), add(nonce, multiply(challenge, key))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


# Canonical JSON (RFC 8785), whose numbers are safe integers.

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def quoted(text):
    return '"' + "".join(ESCAPES.get(c) or (c if c >= " " else "\\u%04x" % ord(c)) for c in text) + '"'


def canonical(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        demand(-SAFE <= value <= SAFE, "a number is no safe integer")
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(quoted(key) + ":" + canonical(value[key]) for key in keys) + "}"


def no_fraction(text):
    raise Broken("a number is no safe integer")


def parse(text):
    try:
        return json.loads(text, parse_float=no_fraction, parse_constant=no_fraction)
    except (ValueError, RecursionError) as error:
        raise Broken("is not JSON") from error


# The tree (RFC 6962).


def node(left, right):
    return sha256(b"\x01", left, right)


def root_of(peaks):
    if not peaks:
        return sha256()
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node(peak, root)
    return root


class Tree:
    def __init__(self):
        self.size = 0
        self.peaks = []

    def add(self, event_hash):
        peak, size = sha256(b"\x00", event_hash), self.size
        while size & 1:
            peak = node(self.peaks.pop(), peak)
            size >>= 1
        self.peaks.append(peak)
        self.size += 1


# Keys and notes (C2SP signed-note, tlog-checkpoint).


def unbase64(text):
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


class Key:
    def __init__(self, text):
        demand(isinstance(text, str), "has no key")
        parts = text.split("+", 2)
        demand(len(parts) == 3 and parts[0] and not re.search(r"\s", parts[0]), "is no verifier key")
        self.text, self.name, self.id = text, parts[0], parts[1]
        encoded = unbase64(parts[2])
        demand(encoded is not None and len(encoded) == 33 and encoded[0] == 1, "is no Ed25519 verifier key")
        self.public = encoded[1:]
        demand(self.id == sha256(self.name.encode(), b"\n", encoded)[:4].hex(), "is a key with another id")

    def signed(self, note):
        """Whether it signed the note; a signature under its name and id that is not valid refuses the note."""
        own = [signature for name, key_id, signature in note.signatures if name == self.name and key_id == self.id]
        for signature in own:
            demand(ed25519_verify(self.public, note.text.encode(), signature), "is a note with a wrong signature")
        return bool(own)


class Note:
    def __init__(self, note):
        demand(isinstance(note, str) and note.endswith("\n"), "is no note")
        demand(not re.search(r"[\x00-\x09\x0b-\x1f]", note), "is a note with control characters")
        end = note.rfind("\n\n")
        demand(end > 0, "is a note without signatures")
        self.text = note[: end + 1]
        self.signatures = [self.signature(line) for line in note[end + 2 : -1].split("\n")]

    @staticmethod
    def signature(line):
        match = re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line)
        encoded = unbase64(match.group(2)) if match else None
        demand(encoded is not None and len(encoded) > 4, "is a note with a line that is no signature")
        return match.group(1), encoded[:4].hex(), encoded[4:]

    def checkpoint(self):
        lines = self.text.split("\n")
        demand(len(lines) == 4 and lines[0] and lines[3] == "", "is no checkpoint")
        demand(re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]), "is a checkpoint without a size")
        root = unbase64(lines[2])
        demand(root is not None and len(root) == 32, "is a checkpoint without a root")
        return lines[0], int(lines[1]), root


class Log:
    """What stands in the stream `audit`."""

    def __init__(self, standings):
        self.standings = standings
        self.keys, self.former, self.rollbacks = [], set(), 0
        self.newest, self.sealed = 0, []

    def read(self, event):
        data, kind = event["data"], event["type"]
        demand(event["v"] == 1, "is of an unknown version")
        if kind == "AuditStarted":
            demand(not self.keys, "is a second AuditStarted")
            self.add_key(data.get("origin"), data.get("key"))
            return
        demand(self.keys, "comes before AuditStarted")
        if kind == "CheckpointSigned":
            self.checkpoint(data)
        elif kind == "AuditKeyRotated":
            old = self.keys[-1]
            new = self.add_key(old.name, data.get("key"))
            text = "scoria/audit/key-rotation/v1\n%s\n%s\n" % (old.name, new.text)
            self.statement(data, text, [old, new])
        elif kind == "RollbackAccepted":
            self.rollback(data)
        else:
            raise Broken("is of an unknown type")

    def add_key(self, origin, text):
        key = Key(text)
        demand(key.name == origin, "has a key that is not of its origin")
        self.keys.append(key)
        return key

    @staticmethod
    def statement(data, text, signers):
        note = Note(data.get("statement"))
        demand(note.text == text, "has another statement")
        for key in signers:
            demand(key.signed(note), "has a statement that is not signed")

    def rollback(self, data):
        old, abandoned = self.keys[-1], Note(data.get("abandoned"))
        origin, size, root = abandoned.checkpoint()
        demand(data.get("abandoned_origin") == origin, "names another origin")
        new = self.add_key(data.get("origin"), data.get("key"))
        demand(new.public == old.public and new.name != old.name, "changes the key, or not the origin")
        lines = [old.name, new.text, origin, str(size), base64.b64encode(root).decode()]
        self.statement(data, "scoria/audit/rollback-accepted/v1\n" + "\n".join(lines) + "\n", [old])
        self.former |= {old.name, origin}
        self.rollbacks += 1

    def checkpoint(self, data):
        key, note = self.keys[-1], Note(data.get("note"))
        origin, size, root = note.checkpoint()
        demand(origin == key.name and key.signed(note), "has a note that is not signed with the key in force")
        demand(data.get("size") == str(size) and data.get("root") == root.hex(), "says another size or root")
        demand(size > self.newest, "covers less than the checkpoint before it")
        standing = self.standings.get(size)
        demand(standing is not None, "covers more events than there are")
        demand(standing["root"] == root, "was signed over other events")
        last = data.get("last")
        demand(isinstance(last, dict) and all(last.get(f) == standing[f] for f in ("stream", "revision", "hash")), "names another last event")
        frontier = data.get("frontier")
        demand(isinstance(frontier, list) and len(frontier) == bin(size).count("1"), "has another frontier")
        demand(all(isinstance(one, str) and HEX.match(one) for one in frontier), "has another frontier")
        demand(root_of([bytes.fromhex(one) for one in frontier]) == root, "has another frontier")
        self.newest = size
        self.sealed.append((len(self.keys) - 1, size))


def read_event(line):
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("is not UTF-8") from error
    event = parse(text)
    demand(isinstance(event, dict) and sorted(event) == FIELDS, "is no event")
    meta, data = event["meta"], event["data"]
    demand(isinstance(meta, dict) and isinstance(data, dict), "is no event")
    demand(sorted(set(meta) - {"reason", "recovered"}) == META, "is no event")
    demand(meta.get("recovered", True) is True, "is no event")
    actor = meta["actor"]
    demand(isinstance(actor, dict) and sorted(actor) == ["project", "user"], "is no event")
    texts = [value for field, value in meta.items() if field not in ("actor", "recovered")] + list(actor.values())
    texts += [event[field] for field in ("id", "position", "revision", "stream", "type")]
    demand(all(isinstance(one, str) for one in texts), "is no event")
    demand(type(event["v"]) is int and 1 <= event["v"] < 10**15, "is no event")
    demand(re.fullmatch(r"[1-9][0-9]{0,18}", event["position"]), "has no position")
    demand(re.fullmatch(r"0|[1-9][0-9]{0,14}", event["revision"]), "has no revision")
    demand(HEX.match(meta["hash"]) and HEX.match(meta["prev"]), "has no hashes")
    try:
        demand(canonical(event).encode("utf-8") == line, "is not canonical")
        body_meta = {field: value for field, value in meta.items() if field != "hash"}
        body = {field: value for field, value in event.items() if field != "position"}
        digest = sha256(b"scoria/event/v1\n", canonical({**body, "meta": body_meta}).encode("utf-8"))
    except (UnicodeEncodeError, RecursionError) as error:
        raise Broken("is not canonical") from error
    demand(digest.hex() == meta["hash"], "does not have its hash")
    return event, digest


def lines_of(path):
    with open(path, "rb") as file:
        for line in file:
            demand(line.endswith(b"\n"), "ends within a line")
            yield line[:-1]


def asked_sizes(path, notes):
    sizes = {checkpoint[1] for _, checkpoint in notes}
    for line in lines_of(path):
        if b'"stream":"audit"' not in line:
            continue
        try:
            event = json.loads(line)
            sizes.add(int(event["data"]["size"]))
        except (ValueError, KeyError, TypeError):
            pass
    return sizes


def verify(path, trusted, notes):
    sizes, standings = asked_sizes(path, notes), {}
    tree, heads, position = Tree(), {}, 0
    log = Log(standings)
    number = 0
    try:
        for line in lines_of(path):
            number += 1
            event, digest = read_event(line)
            stream = event["stream"]
            demand(int(event["position"]) > position, "has a position that does not ascend")
            position = int(event["position"])
            revision, before = heads.get(stream, (-1, "0" * 64))
            demand(event["revision"] == str(revision + 1), "has another revision than the next")
            demand(event["meta"]["prev"] == before, "does not follow on the event before it")
            heads[stream] = revision + 1, event["meta"]["hash"]
            if stream == "audit":
                log.read(event)
            tree.add(digest)
            if tree.size in sizes:
                last = {"stream": stream, "revision": event["revision"], "hash": event["meta"]["hash"]}
                standings[tree.size] = {"root": root_of(tree.peaks), **last}
    except Broken as broken:
        raise Broken(number, str(broken)) from broken
    return conclude(tree, standings, log, trusted, notes)


def conclude(tree, standings, log, trusted, notes):
    first = 0
    if trusted is not None:
        places = [place for place, key in enumerate(log.keys) if key.text == trusted.text]
        demand(places, "the trusted key is none of this log's")
        first = places[0]
    sealed, held = list(log.sealed), 0
    for note, (origin, size, root) in notes:
        signers = [place for place, key in enumerate(log.keys) if key.signed(note) and key.name == origin]
        standing = standings.get(size)
        is_root = standing is not None and standing["root"] == root or size == 0 and root == sha256()
        if signers and is_root:
            sealed.append((signers[-1], size))
            held += 1
            continue
        demand(origin in log.former, "a note from outside is not of this record")
    newest = max([size for place, size in sealed if place >= first], default=0)
    demand(trusted is None or newest > 0, "nothing is signed with the trusted key")
    abandoned = len(notes) - held
    return {
        "ok": True,
        "events": tree.size,
        "sealed": newest,
        "unsealed": tree.size - newest,
        "held": held,
        "abandoned": abandoned,
        "rollbacks": log.rollbacks,
    }


def notes_in(directory):
    notes = []
    for name in sorted(os.listdir(directory)):
        if name.endswith(".note"):
            with open(os.path.join(directory, name), encoding="utf-8", newline="") as file:
                note = Note(file.read())
            notes.append((note, note.checkpoint()))
    return notes


def main():
    sys.setrecursionlimit(10_000)
    parser = argparse.ArgumentParser()
    parser.add_argument("export")
    parser.add_argument("--key")
    parser.add_argument("--notes")
    given = parser.parse_args()
    try:
        trusted = None
        if given.key:
            with open(given.key, encoding="utf-8") as file:
                trusted = Key(file.read().strip())
        notes = notes_in(given.notes) if given.notes else []
        print(json.dumps(verify(given.export, trusted, notes)))
        return 0
    except Broken as broken:
        line, what = broken.args if len(broken.args) == 2 else (None, broken.args[0])
        print(json.dumps({"ok": False, "line": line, "what": what}))
        return 1


if __name__ == "__main__":
    sys.exit(main())
