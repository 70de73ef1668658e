#!/usr/bin/perl
# Starts many flows at once: lab-flows COUNT [v4|v6] [FIRST PORT]. Each is one UDP packet with a 5-tuple of its own; which
# line it takes is the kernel's decision for a flow, and lab-shares counts them. Run it in the client's namespace.
use strict;
use warnings;
use Socket qw(AF_INET AF_INET6 SOCK_DGRAM inet_pton pack_sockaddr_in pack_sockaddr_in6);

my ($count, $family, $first_port) = @ARGV;
$family //= "v4";
$first_port //= 10000;
die "usage: lab-flows COUNT [v4|v6] [FIRST PORT]\n" unless ($count // "") =~ /^\d+$/ && $family =~ /^v[46]$/;

my $v6 = $family eq "v6";
socket(my $socket, $v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0) or die "no socket: $!\n";
my $sent = 0;
for my $flow (0 .. $count - 1) {
    my $port = $first_port + $flow % 50000;
    my $host = int($flow / 50000) + 2;
    my $to = $v6
        ? pack_sockaddr_in6($port, inet_pton(AF_INET6, sprintf("2001:db8:ffff::%x", $host)))
        : pack_sockaddr_in($port, inet_pton(AF_INET, "198.18.1.$host"));
    # A closed port's ICMP answer to an earlier packet fails the next send once: that packet was not sent, so send again.
    defined send($socket, "x", 0, $to) or defined send($socket, "x", 0, $to) or die "flow $flow: $!\n";
    $sent++;
}
print "$sent\n";
