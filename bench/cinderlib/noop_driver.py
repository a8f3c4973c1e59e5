"""A Cinder driver that does nothing, as `bench/noop-driver.ts` does nothing for Scoria."""
from cinder.volume import driver


class NoopDriver(driver.VolumeDriver):
    VERSION = '1.0.0'

    def do_setup(self, context):
        pass

    def check_for_setup_error(self):
        pass

    def _update_volume_stats(self):
        self._stats = {
            'volume_backend_name': self.configuration.volume_backend_name,
            'vendor_name': 'bench',
            'driver_version': self.VERSION,
            'storage_protocol': 'noop',
            'pools': [{'pool_name': 'noop', 'total_capacity_gb': 1_000_000, 'free_capacity_gb': 1_000_000}],
        }

    def create_volume(self, volume):
        pass

    def delete_volume(self, volume):
        pass
