#!/bin/sh
# Runs inside the image while it is made, with this folder at /usr/local/lib/lab: turns a minimal Debian into the lab.
set -eu
cd /usr/local/lib/lab
chown -R root:root .
chmod 755 . ./*.sh ./*.pl

echo gateway >/etc/hostname
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 gateway\n' >/etc/hosts
echo 'nameserver 10.0.2.3' >/etc/resolv.conf
echo '/dev/vda / ext4 noatime,errors=remount-ro 0 0' >/etc/fstab

# Commands for tests and for people who look around.
ln -s ../lib/lab/line.sh /usr/local/sbin/lab-line
ln -s ../lib/lab/shares.sh /usr/local/sbin/lab-shares
ln -s ../lib/lab/flows.pl /usr/local/sbin/lab-flows

mv lab-topology.service /etc/systemd/system/
mv sysctl.conf /etc/sysctl.d/10-lab.conf
systemctl enable lab-topology.service
# nf_conntrack's table must hold tens of thousands of test flows; the size is known when the module is there.
echo nf_conntrack >/etc/modules-load.d/lab.conf
echo 'net.netfilter.nf_conntrack_max = 262144' >>/etc/sysctl.d/10-lab.conf

# People: root and admin, both by the lab's one key.
useradd --create-home --shell /bin/bash admin
echo 'admin ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
chmod 440 /etc/sudoers.d/admin
for home in /root /home/admin; do
	install -d -m 700 "$home/.ssh"
	install -m 600 authorized_keys "$home/.ssh/authorized_keys"
done
chown -R admin:admin /home/admin/.ssh
rm authorized_keys

# A fixed host key, so that a test can pin it.
rm -f /etc/ssh/ssh_host_*
install -m 600 ssh_host_ed25519_key ssh_host_ed25519_key.pub /etc/ssh/
chmod 644 /etc/ssh/ssh_host_ed25519_key.pub
rm ssh_host_ed25519_key ssh_host_ed25519_key.pub
mv sshd.conf /etc/ssh/sshd_config.d/lab.conf
# OpenSSH before 9.8 does not know penalties and would refuse to start.
if strings_of_sshd=$(grep -c -i persourcepenalties /usr/sbin/sshd) && [ "$strings_of_sshd" -gt 0 ]; then
	echo 'PerSourcePenalties no' >>/etc/ssh/sshd_config.d/lab.conf
fi
# The caller's locale is not installed here; perl would complain about it at every start.
sed -i 's/^AcceptEnv/#&/' /etc/ssh/sshd_config
systemctl enable ssh.service

# The journal stays in memory, and nothing wakes up by the calendar: the clock jumps at every restore.
install -d /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\nForwardToConsole=no\n' >/etc/systemd/journald.conf.d/lab.conf
for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim logrotate man-db; do
	systemctl mask "$timer.timer"
done
# Nothing but the topology configures the network, unless a test starts one of these.
systemctl disable NetworkManager.service NetworkManager-dispatcher.service NetworkManager-wait-online.service networking.service
systemctl mask getty@tty1.service serial-getty@ttyS0.service e2scrub_reap.service

# A machine of its own, but the same one after every restore.
echo 6c61620000004000800000000000001a >/etc/machine-id

rm install.sh
