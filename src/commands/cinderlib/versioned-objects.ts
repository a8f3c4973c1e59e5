import type { JsonObject } from '../../domain/json.ts';

/** What of a versioned object holds its fields. */
export const DATA = 'versioned_object.data';

/** The versions of Cinder 21 (Zed), which is cinderlib 5.0's: it loads these and no others. */
const VERSIONS = {
  Volume: '1.9',
  VolumeType: '1.3',
  QualityOfServiceSpecs: '1.0',
  Snapshot: '1.6',
  SnapshotList: '1.0',
  VolumeAttachment: '1.3',
  VolumeAttachmentList: '1.1',
} as const;

type ObjectName = keyof typeof VERSIONS;

/** An object of Cinder in its wrapping. */
export const versioned = (name: ObjectName, data: JsonObject): JsonObject => ({
  'versioned_object.name': name,
  'versioned_object.namespace': 'cinder',
  'versioned_object.version': VERSIONS[name],
  [DATA]: data,
});

export const versionedList = (name: ObjectName & `${string}List`, objects: readonly JsonObject[]): JsonObject =>
  versioned(name, { objects });
