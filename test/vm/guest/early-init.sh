#!/bin/sh
# The first process of the machine, in the initramfs: puts the host's files, read-only, underneath an empty tmpfs.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done < /modules/order

argument() {
  for word in $(cat /proc/cmdline); do case $word in "$1"=*) echo "${word#*=}" ;; esac; done
}
share() {
  mkdir -p "$2"
  mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose "$1" "$2" ||
    { echo "SCORIA-VM cannot mount $1"; poweroff -f; }
}
share host /host
share packages /packages
mkdir -p /top /root
mount -t tmpfs -o size=75%,mode=755 top /top
mkdir /top/files /top/work
mount -t overlay -o lowerdir=/packages:/host,upperdir=/top/files,workdir=/top/work root /root ||
  { echo 'SCORIA-VM cannot lay files over the host'; poweroff -f; }

init=$(argument scoria.init)
umount /proc /sys /dev
exec switch_root /root /bin/bash "$init"
