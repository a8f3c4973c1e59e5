/**
 * What the fields of events, records and commands mean, by their name: Cinder's names mean one thing everywhere. What
 * means something else in one place has an entry under `place.path`. Beside the schemas and not in them, because every
 * start of the command line would pay for it.
 */
const WORDS: Readonly<Record<string, string>> = {
  attach_mode: 'Whether the host may write',
  attach_status: 'Whether the device is attached on a host',
  attached_host: 'The host it is for, as the caller named it; for the record only',
  availability_zone: "Cinder's availability zone; for the record and the driver",
  backend: 'The name of the backend that the volume is to be on',
  backend_name: 'The backend that the volume is on',
  bootable: 'Whether it holds a system',
  capabilities: 'What the driver is able to do',
  command_id: 'The command that asked for it',
  connection: 'The connection to be',
  connection_id: 'The connection',
  connection_info: 'What the host needs to reach the volume',
  connections: 'By id',
  connector: "The host's connector properties, in os-brick's shape (`host`, `ip`, `initiator`, ...)",
  correlation_id: 'The first command of the chain',
  created_at: 'When it was asked for: ISO 8601 in UTC, with milliseconds',
  description: 'For people',
  device: "The device, in os-brick's shape: `path` and what else the host's connector says",
  driver: "The driver's name; a driver of your own as its absolute path or `npm:package`",
  executor: 'The process that works on it: `host/pid/instance`',
  extra_specs: "Cinder's extra specs, for the driver",
  failure: 'Why',
  force: 'Whether to go on past errors, and record them',
  for_volume_id: 'The volume that is made from it',
  from_executor: 'Who had it before: `host/pid/instance`',
  host: "Cinder's `host@backend#pool`",
  id: 'Its id, a UUID unless the engine accepts others',
  ignored_errors: 'What a forced operation went past, in the words of the errors',
  instance_uuid: 'The machine it is for; for the record only',
  intent_id: 'The id of the intent event',
  key: 'The key',
  metadata: 'Free key-values, for people and programs',
  mountpoint: 'Where it goes on that machine; for the record only',
  multiattach: 'Whether several hosts may be connected at once',
  name: 'For people; need not be unique',
  open: 'Operations that the log holds no outcome of yet',
  options: "The driver's options; a credential is a reference, never its value",
  ordinal: 'Place in the order of the snapshots of its volume, from 1',
  pin: 'What is held',
  pin_id: "The copy's command id",
  pins: "By the copy's command id",
  pool_name: "The backend's pool that it is in; `null` leaves the choice to the driver",
  previous_name: 'Before',
  previous_size: 'GiB, before',
  project_id: 'The project it belongs to',
  provider_auth: 'Always `null` today: credentials cannot be kept yet',
  provider_id: "The array's own id of it",
  provider_location: 'Where it is on the array',
  qos_specs: "Cinder's QoS specs, for the driver",
  questions: 'Operations that ended neither way, and that the driver could not tell about',
  replication_status: "Cinder's replication status, as the driver says",
  revision: 'Place of the intent in its stream, as a decimal string',
  size: 'GiB',
  snapshot: 'The snapshot to be',
  snapshot_id: 'The snapshot',
  snapshots: 'By id',
  source: 'The file that it came from',
  source_volid: 'The volume that its first bytes came from',
  source_volume_id: 'The volume that is copied, or whose snapshot is',
  state: 'All that was known of it',
  stats: 'What the array said of its capacity',
  stats_at: 'When the stats were last recorded: ISO 8601 in UTC',
  status: 'Where it stands',
  user_id: 'Whose it is',
  value: 'The value',
  volume_id: 'The volume',
  volume_size: 'GiB of the volume when the snapshot was taken',

  'Backend.name': 'Its name, which is its id',
  'Backend.options': "The driver's options as recorded; `null` when it came from a dump without them",
  'Backend.status': '`error` where it is not known whether it came into use',
  'Backend.frozen': 'Commands that change the array are refused from `freezing` until `thawed`',
  'BackendStats.volume_backend_name': "The backend's name, as the driver knows it",
  'BackendStats.vendor_name': 'Who made the array',
  'BackendStats.driver_version': "The driver's version",
  'BackendStats.storage_protocol': "Cinder's storage protocol: `file`, `iSCSI`, `ceph`, ...",
  'BackendStats.pools': 'The pools, one at least',
  'BackendState.backend': '`null` before it is added and after it is removed',
  'BackendAdditionRequested.backend': 'The backend to be',
  'BackendAdditionRequested.backend.name': 'Its name',
  'BackendChangeRequested.options': 'All options as they are to be, not only those that change',
  'BackendChanged.options': 'All options as they are from now on',
  'Connection.id': 'Its id',
  'Connection.status': "Cinder's attachment status; `reserved` is connected and not attached",
  'Connection.connection_info': '`null` until the array has exported the volume',
  'Connection.device': 'The device on the host that attached it; `null` until then',
  'ConnectionInfo.driver_volume_type': 'The protocol: `local`, `memory`, ...',
  'ConnectionInfo.data': "What the protocol needs, in os-brick's shape; no credential",
  'DriverModelUpdated.resource': 'What the answer is about',
  'DriverModelUpdated.id': 'Its id',
  'DriverModelUpdated.model_update': 'What the driver answered; what is not there did not change',
  'Failure.code': 'The code of the [error](errors.md)',
  'Failure.message': 'What was wrong',
  'Failure.remedy': 'What would be right',
  'KeyValueState.pair': '`null` when the key is not there',
  'OpenIntent.event_id': 'The id of the intent event',
  'OpenIntent.operation': 'The name of its command',
  'OpenIntent.subject':
    'The snapshot or connection that it is about; `null` where it is about the volume or backend itself',
  'OpenIntent.at': 'When it was asked for: ISO 8601 in UTC',
  'OpenQuestion.event_id': 'The id of the intent event',
  'OpenQuestion.operation': 'The name of its command',
  'OpenQuestion.subject':
    'The snapshot or connection that it is about; `null` where it is about the volume or backend itself',
  'OpenQuestion.at': 'When it was asked for: ISO 8601 in UTC',
  'OpenQuestion.question': 'What is not known, in the words of the error',
  'Pin.volume_id': 'The volume that is being made from it',
  'Pin.snapshot_id': 'The snapshot that is held; `null` where it is the volume itself',
  'PoolStats.pool_name': "The pool's name",
  'PoolStats.total_capacity_bytes': 'Bytes',
  'PoolStats.free_capacity_bytes': 'Bytes',
  'PoolStats.provisioned_capacity_bytes': 'Bytes: the sum of the sizes of the volumes, whether or not they are written',
  'PoolStats.reserved_percentage': 'Percentage of the capacity that is never promised',
  'PoolStats.max_over_subscription_ratio': 'How many times the capacity may be promised, as a decimal string',
  'PoolStats.thin_provisioning_support': 'Whether more may be promised than there is',
  'PoolStats.thick_provisioning_support': 'Whether capacity can be set aside in full',
  'Snapshot.volume_id': 'The volume that it is of',
  'Volume.snapshot_id': 'The snapshot that its first bytes came from',
  'Volume.status': "Cinder's volume status",
  'VolumeCopyRequested.volume': 'The volume to be',
  'VolumeCreationRequested.volume': 'The volume to be',
  'VolumeMetadataChanged.metadata': 'All of it, as it is from now on',
  'VolumeOutcomeUnknown.question': 'What is not known, in the words of the error',
  'BackendOutcomeUnknown.question': 'What is not known, in the words of the error',
  'VolumeDocument.connections': 'Oldest first',
  'VolumeDocument.snapshots': 'Oldest first',
  'VolumeState.volume': '`null` until its creation is asked for',

  'AddBackend.name': "The backend's name: letters, digits, `_`, `.` and `-`",
  'ChangeBackend.name': 'The backend',
  'ChangeBackend.options': 'The options to set; `null` takes one away, the others stay',
  'RemoveBackend.name': 'The backend',
  'RefreshBackendStats.name': 'The backend',
  'FreezeBackend.name': 'The backend',
  'ThawBackend.name': 'The backend',
  'AttachVolume.id': "The connection's id",
  'ConnectVolume.id': "The connection's id",
  'ExtendVolume.size': 'GiB that the volume is to have',
  'CloneVolume.size': "GiB; the source's unless given, and never less",
  'CloneVolume.volume_id': 'The volume to copy',
  'CreateVolumeFromSnapshot.size': "GiB; the snapshot's unless given, and never less",
  'CreateVolumeFromSnapshot.volume_id': "The snapshot's volume",
  'CreateVolumeFromSnapshot.snapshot_id': 'The snapshot to copy',
  'RenameVolume.name': 'The new name; `null` takes it away, left out it stays',
  'RenameVolume.description': 'The new description; `null` takes it away, left out it stays',
  'SetVolumeMetadata.metadata': 'The keys to set; `null` takes one away, the others stay',
  'ReportDevice.device': "The device on that host, in os-brick's shape: at least `path`",
};

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

const keyOf = (place: string, path: string): string => {
  const own = `${place}.${path}`;
  return Object.hasOwn(WORDS, own) ? own : lastOf(path);
};

export const hasWords = (place: string, path: string): boolean => Object.hasOwn(WORDS, keyOf(place, path));

const asked = new Set<string>();

/** Every field has words: a schema that grows a field says where they belong. */
export const wordsFor = (place: string, path: string): string => {
  const key = keyOf(place, path);
  const words = WORDS[key];
  if (words === undefined) {
    throw new Error(`the field ${place}.${path} has no words: add "${key}" to docs-site/reference/field-words.ts`);
  }
  asked.add(key);
  return words;
};

/** Entries that no field has asked for since the process started. */
export const unusedWords = (): readonly string[] => Object.keys(WORDS).filter((key) => !asked.has(key));
