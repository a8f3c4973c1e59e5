"""Serves one Cinder driver, or os-brick, to the process that started it: a JSON request per line in, an answer per line out."""

import json

import wire

wire.part_from_standard_streams()
wire.die_with_parent()


def perform(request):
    work = request['do']
    if work == 'os-brick':
        # Without Cinder, which takes most of the time of a start and need not be there.
        import connectors

        return connectors.call(request)
    import driver_classes
    import served

    if work == 'list':
        return driver_classes.listed()
    if work == 'describe':
        return driver_classes.described(request['class'])
    if work == 'open':
        return served.open_backend(request)
    return served.call(work, request)


def answered(request):
    try:
        return {'answer': perform(request)}
    except Exception as error:
        return {'error': wire.error(error)}


for line in wire.requests():
    wire.send(answered(json.loads(line)))
