import type { VolumeState } from '../../domain/volume/volume.ts';
import { isAttached, type Storage } from './storage.ts';

/** What the model knows of a volume, as the engine has it. */
export const seenByEngine = (states: ReadonlyMap<string, VolumeState>): unknown =>
  Object.fromEntries(
    [...states].flatMap(([id, { volume, snapshots, connections, pins, questions, open }]) =>
      volume === null
        ? []
        : [
            [
              id,
              {
                status: volume.status,
                size: volume.size,
                name: volume.name,
                metadata: volume.metadata,
                multiattach: volume.multiattach,
                attach_status: volume.attach_status,
                snapshots: Object.fromEntries(
                  Object.values(snapshots).map((of) => [of.id, { status: of.status, size: of.volume_size }]),
                ),
                connections: Object.fromEntries(
                  Object.values(connections).map((of) => [
                    of.id,
                    { host: of.connector.host, status: of.status, attached: of.device !== null },
                  ]),
                ),
                pins: Object.fromEntries(Object.values(pins).map((pin) => [pin.volume_id, pin.snapshot_id])),
                questions: questions.map(({ operation, subject }) => ({ operation, about: subject })),
                open: open.length,
              },
            ],
          ],
    ),
  );

/** The same, as the model has it. */
export const seenByModel = ({ volumes }: Storage): unknown =>
  Object.fromEntries(
    Object.entries(volumes).map(([id, of]) => [
      id,
      {
        status: of.status,
        size: of.size,
        name: of.name,
        metadata: of.metadata,
        multiattach: of.multiattach,
        attach_status: isAttached(of) ? 'attached' : 'detached',
        snapshots: Object.fromEntries(
          Object.entries(of.snapshots).map(([snapshot, { status, size }]) => [snapshot, { status, size }]),
        ),
        connections: Object.fromEntries(
          Object.entries(of.connections).map(([connection, { host, status, device }]) => [
            connection,
            { host, status, attached: device !== null },
          ]),
        ),
        pins: of.pins,
        questions: of.questions,
        open: 0,
      },
    ]),
  );
