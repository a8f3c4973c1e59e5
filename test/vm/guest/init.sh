#!/bin/bash
# The first process after early-init.sh: brings up what a host with storage has, runs one command, and powers off.
# The share `out` takes the exit code and the kernel's log. There is no systemd.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o mode=755 run /run
ln -sfT /proc/self/fd /dev/fd
for stream in stdin:0 stdout:1 stderr:2; do ln -sfT "/proc/self/fd/${stream#*:}" "/dev/${stream%:*}"; done
mkdir -p /run/lock /run/lvm /run/dbus /run/sudo

writable() {
  mkdir -p "/run/$1"
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none "$1" "/run/$1"
}
writable out
power_off() {
  echo "$1" > /run/out/exit-code
  dmesg > /run/out/kernel.log
  # A device that hangs would keep it from ending.
  sync &
  for _ in {1..100}; do kill -0 $! 2> /dev/null || break; sleep 0.1; done
  printf '\0' | dd of=/dev/port bs=1 seek=$((0x501)) count=1 2> /dev/null
  echo o > /proc/sysrq-trigger
}
trap 'power_off 125' EXIT
. /run/out/environment
for name in $SCORIA_VM_SHARES; do writable "$name"; done

mkdir -p /usr/lib/modules
mount --bind "$SCORIA_VM_MODULES" /usr/lib/modules
hostname scoria-vm
ip link set lo up
modprobe -a configfs virtio_blk loop dm_mod
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config

# What the host itself may have of storage is not the machine's.
mount -t tmpfs fresh /mnt
for directory in /etc/lvm/{backup,archive,devices} /etc/iscsi /etc/target /etc/rtslib-fb-target /etc/tgt/conf.d /etc/nvme \
  /etc/nvmet /etc/multipath /var/lib/iscsi /var/lib/cinder /var/target /var/lib/scoria; do
  mkdir -p "/mnt$directory" "$directory"
  mount --bind "/mnt$directory" "$directory"
done
umount /mnt
mkdir -p /etc/target/pr /var/target/pr /etc/rtslib-fb-target/backup
printf 'node.startup = manual\nnode.session.timeo.replacement_timeout = 5\n' > /etc/iscsi/iscsid.conf
echo 'InitiatorName=iqn.1993-08.org.debian:01:scoria-vm' > /etc/iscsi/initiatorname.iscsi
echo 'nqn.2014-08.org.nvmexpress:uuid:5c0a1a00-0000-4000-8000-000000000001' > /etc/nvme/hostnqn
echo '5c0a1a00-0000-4000-8000-000000000001' > /etc/nvme/hostid
tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id

# What packages do when they are installed, and these were only unpacked.
getent passwd messagebus > /dev/null || useradd --system --no-create-home --shell /usr/sbin/nologin messagebus
getent passwd storage > /dev/null || useradd --create-home --home-dir /run/storage --shell /bin/bash storage
if [ -e /usr/bin/sudo ]; then
  chown -R root:root /usr/bin/sudo /usr/lib/sudo /usr/libexec/sudo /etc/sudo* 2> /dev/null
  chmod 4755 /usr/bin/sudo
fi

# Opening a file of the host's is a round trip to it: what is started again and again is taken into memory.
programs=$(type -P bash blockdev dd dmsetup grep iscsiadm lvm multipath nvme sed sg_inq tgtadm udevadm)
libraries=$(ldd $programs /lib/systemd/systemd-udevd | grep --only-matching '/[^ :]*' | xargs realpath | sort --unique)
chown root:root $programs $libraries /etc/ld.so.cache /etc/lvm/lvm.conf

# What the host has for its own disks: it starts a dozen programs for each that is attached here.
rm -f /usr/lib/udev/rules.d/85-hdparm.rules
# The host's kernel orders what goes to its disks.
for scheduler in /sys/block/vd*/queue/scheduler; do echo none > "$scheduler"; done
/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add --subsystem-match=block --subsystem-match=virtio-ports
udevadm settle
# rtslib insists on a system bus.
dbus-daemon --system --fork 2> /dev/null

port=/dev/virtio-ports/out
[ -e "$port" ] || port=/dev/console
cd "$SCORIA_VM_DIRECTORY" || exit
setsid bash -c "$SCORIA_VM_COMMAND" < /dev/null > "$port" 2>&1
code=$?
trap - EXIT
power_off "$code"
sleep 60
