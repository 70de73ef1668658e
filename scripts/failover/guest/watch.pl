#!/usr/bin/perl
# What the gateway does: watch.pl [DEVICE...]. Prints, in seconds of uptime:
#   route TIME                 the IPv4 default route of ours was written
#   packets TIME COUNT...      ten times a second: what each device has sent so far
use strict;
use warnings;
use Socket qw(SOCK_RAW);

my @devices = @ARGV;
$| = 1;
socket(my $kernel, 16, SOCK_RAW, 0) or die "no netlink: $!\n"; # AF_NETLINK, NETLINK_ROUTE
bind($kernel, pack 'S S L L', 16, 0, 0, 0x40) or die "no route events: $!\n"; # RTMGRP_IPV4_ROUTE
open my $clock, '<', '/proc/uptime' or die;

sub now { sysseek $clock, 0, 0; sysread $clock, my $text, 32; return (split ' ', $text)[0] }

sub sent {
    my ($device) = @_;
    open my $file, '<', "/sys/class/net/$device/statistics/tx_packets" or return 0;
    chomp(my $count = <$file>);
    return $count;
}

my $next = now();
while (1) {
    my $in = '';
    vec($in, fileno $kernel, 1) = 1;
    next if select($in, undef, undef, @devices ? 0.02 : undef) < 0;
    if (vec($in, fileno $kernel, 1)) {
        my $time = now();
        recv $kernel, my $message, 65536, 0;
        my ($type, $family, $length, $table, $protocol) = unpack 'x4 S x10 C C x2 C C', $message;
        print "route $time\n" if $type == 24 && $family == 2 && $length == 0 && $table == 254 && $protocol == 205;
    }
    my $time = now();
    if (@devices && $time >= $next) {
        $next = $time + 0.1;
        print join(' ', 'packets', $time, map { sent($_) } @devices), "\n";
    }
}
