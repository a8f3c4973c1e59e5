"""The two ends of the conversation, which nothing that a driver prints or starts can reach."""

import ctypes
import json
import os
import resource
import signal
import threading
import traceback

PR_SET_PDEATHSIG = 1
MOST_MEMORY_BYTES = 2 * 1024**3
# What an error may take of a line; the rest says nothing that its beginning does not.
MOST_CHARACTERS = 32_768

_lock = threading.Lock()
_in = _out = None


def part_from_standard_streams():
    """What is printed goes to standard error from here on, and what is started has nothing to read."""
    global _in, _out
    _in, _out = os.fdopen(os.dup(0), 'rb'), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)


def die_with_parent():
    """Whoever goes on with an operation must find nobody at work on it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


def requests():
    return _in


def send(message):
    try:
        text = json.dumps(message, allow_nan=False)
    except (TypeError, ValueError) as error:
        text = json.dumps({'error': {**_named(error), 'message': f'its answer is no JSON: {error}'}})
    data = text.encode('ascii') + b'\n'
    with _lock:
        while data:
            data = data[os.write(_out, data) :]


def error(raised):
    message = str(raised)
    trace = ''.join(traceback.format_exception(raised))
    return {**_named(raised), 'message': message[:MOST_CHARACTERS], 'traceback': trace[-MOST_CHARACTERS:]}


def _named(raised):
    return {'class': type(raised).__name__, 'kinds': [kind.__name__ for kind in type(raised).__mro__]}


def plain(value):
    """The value as JSON has it, where it is nothing but data."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else value if value - value == 0 else str(value)
    if isinstance(value, bytes):
        return value.decode('utf-8', 'replace')
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(member) for member in value]
    raise TypeError(f'a {type(value).__name__} is no data')
