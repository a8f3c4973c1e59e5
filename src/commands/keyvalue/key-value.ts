import {
  DeleteKeyValue,
  decideDeleteKeyValue,
  decideSetKeyValue,
  keyValueStream,
  SetKeyValue,
} from '../../domain/keyvalue/key-value.ts';
import { operation } from '../operation.ts';

export const setKeyValue = operation({
  command: SetKeyValue,
  kind: 'key_value',
  stream: ({ key }) => keyValueStream(key),
  decide: decideSetKeyValue,
});

export const deleteKeyValue = operation({
  command: DeleteKeyValue,
  kind: 'key_value',
  stream: ({ key }) => keyValueStream(key),
  decide: decideDeleteKeyValue,
});
