"""What oslo.config, and Cinder by it, read in configuration files.

    oslo.py parse < TEXTS
    oslo.py values FILE < WANTED

TEXTS is a JSON list of files; each becomes its sections, or the line that is wrong. WANTED tells the options that are
wanted, by backend; the answer their values, as Cinder's drivers would have them.
"""
import json
import sys
import tempfile

from oslo_config import cfg
from oslo_config import iniparser


def parsed(text):
    with tempfile.NamedTemporaryFile('w', newline='') as file:
        file.write(text)
        file.flush()
        sections = {}
        parser = cfg.ConfigParser(file.name, sections)
        try:
            parser.parse()
        except iniparser.ParseError as error:
            return {'wrong': error.lineno}
        return {'sections': sections}


def values(file, wanted):
    from cinder import objects
    objects.register_all()
    from cinder.volume import configuration
    from cinder.volume import driver
    from cinder.volume.drivers import lvm
    from cinder.volume.drivers import rbd
    options = [
        *driver.volume_opts, *driver.nvmet_opts,
        *lvm.volume_opts, *rbd.RBD_OPTS,
    ]
    cfg.CONF(['--config-file', file], project='cinder', default_config_files=[])
    answer = {}
    for backend, names in wanted.items():
        found = configuration.Configuration(options, config_group=backend)
        answer[backend] = {name: found.safe_get(name) for name in names}
    return answer


if __name__ == '__main__':
    given = json.load(sys.stdin)
    if sys.argv[1] == 'parse':
        print(json.dumps([parsed(text) for text in given]))
    else:
        print(json.dumps(values(sys.argv[2], given)))
