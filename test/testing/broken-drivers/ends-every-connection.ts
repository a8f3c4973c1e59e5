import { withDefect } from './defect.ts';

export default withDefect('ends-every-connection', (_driver, array) => ({
  async terminateConnection(volume) {
    for (const [id, { volumeId }] of array.connections) if (volumeId === volume.id) array.connections.delete(id);
  },
}));
