#!/usr/bin/perl
# Accepts connections at every address of its namespace, and sends back what comes: server.pl PORT
use strict;
use warnings;
use Socket qw(AF_INET SOCK_STREAM SOL_SOCKET SO_REUSEADDR INADDR_ANY pack_sockaddr_in);

my ($port) = @ARGV;
$SIG{PIPE} = 'IGNORE';
socket(my $listener, AF_INET, SOCK_STREAM, 0) or die "no socket: $!\n";
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listener, pack_sockaddr_in($port, INADDR_ANY)) or die "port $port: $!\n";
listen($listener, 1024) or die "$!\n";

my %open = (fileno($listener) => $listener);
while (1) {
    my $bits = '';
    vec($bits, $_, 1) = 1 for keys %open;
    next if select($bits, undef, undef, undef) <= 0;
    for my $number (grep { vec($bits, $_, 1) } keys %open) {
        my $socket = $open{$number};
        if ($socket == $listener) {
            if (accept my $new, $listener) { $open{ fileno $new } = $new }
        } elsif (sysread($socket, my $text, 4096)) {
            syswrite($socket, $text);
        } else {
            close $socket;
            delete $open{$number};
        }
    }
}
