"""What drivers there are, what one of them can, and its options."""

import importlib
import inspect
import pkgutil

import runtime
from cinder.volume import configuration
from oslo_config import cfg
from oslo_utils import importutils

# What these define is there for a driver to override, or answers for one that cannot.
BASES = ('cinder.volume.driver', 'builtins')
CAN = (
    *('create_snapshot', 'create_volume_from_snapshot', 'create_cloned_volume', 'revert_to_snapshot', 'extend_volume'),
    *('manage_existing', 'manage_existing_get_size', 'get_manageable_volumes'),
    *('manage_existing_snapshot_get_size', 'get_manageable_snapshots', 'freeze_backend', 'thaw_backend'),
)


def options():
    """By name: those that are registered for backends, which are those of whatever is imported."""
    registered = runtime.CONF._groups[configuration.SHARED_CONF_GROUP]._opts
    return {name: entry['opt'] for name, entry in registered.items()}


def found(path):
    shared = set(options())
    found = importutils.import_class(path)
    if not inspect.isclass(found) or not hasattr(found, 'do_setup'):
        raise TypeError(f'{path} is no driver of volumes')
    return found, shared


def _is_base(module):
    return module in BASES or module.startswith('cinder.interface.')


def overridden(kind):
    def definer(method):
        return next((one.__module__ for one in kind.__mro__ if method in vars(one)), 'builtins')

    return [method for method in CAN if not _is_base(definer(method))]


def _says(kind, word):
    """Whether its own sources, or those that it derives from, speak of it."""
    own = [one for one in kind.__mro__ if not _is_base(one.__module__)]
    return any(word in inspect.getsource(importlib.import_module(one.__module__)) for one in own)


def described(path):
    kind, shared = found(path)
    own = {opt.dest for opt in getattr(kind, 'get_driver_options', list)() or []}
    named = options()
    first = [name for name in named if name in own or name not in shared]
    names = [*first, *(name for name in named if name not in first)]
    return {
        'description': (inspect.getdoc(kind) or '').strip().split('\n\n')[0].replace('\n', ' '),
        'version': str(getattr(kind, 'VERSION', '')) or None,
        'overrides': overridden(kind),
        'speaks_of_multiattach': _says(kind, 'multiattach'),
        'options': [_option(named[name]) for name in names],
    }


def _option(opt):
    multi = isinstance(opt, (cfg.MultiStrOpt, cfg.MultiOpt))
    choices = getattr(opt.type, 'choices', None)
    return {
        'name': opt.dest,
        'type': type(opt.type).__name__,
        'multi': multi,
        'default': opt.default if isinstance(opt.default, (bool, int, str, list, dict, type(None))) else str(opt.default),
        'required': bool(opt.required),
        'secret': bool(opt.secret),
        'help': ' '.join((opt.help or '').split()),
        'choices': [str(one) for one in choices] if choices else None,
        'min': getattr(opt.type, 'min', None),
        'max': getattr(opt.type, 'max', None),
    }


def listed():
    from cinder import interface
    from cinder.volume import drivers

    for module in pkgutil.walk_packages(drivers.__path__, 'cinder.volume.drivers.', onerror=lambda _: None):
        try:
            importlib.import_module(module.name)
        except Exception:
            continue  # A driver whose vendor's library is not installed.
    return sorted((_line(kind) for kind in interface._volume_register), key=lambda line: line['class'])


def _line(kind):
    return {
        'class': f'{kind.__module__}.{kind.__name__}',
        'version': str(getattr(kind, 'VERSION', '')) or None,
        'supported': bool(getattr(kind, 'SUPPORTED', True)),
    }
