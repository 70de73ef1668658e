#!/usr/bin/perl
# What the people in the LAN do: client.pl PORT FLOWS. Keeps so many connections alive, each with a byte to and fro four times a second, and opens a
# new one 20 times a second. Ends at TERM. Prints, in seconds of uptime:
#   flow PORT             a connection that is kept; PORT is its own
#   new BEGAN ok|failed   whether a new one was open within 0.9 s: a first packet that was lost, or its answer, is sent again after a second
#   lost PORT TIME        a kept one was broken
#   last PORT TIME        at the end: when each kept one was answered last
use strict;
use warnings;
use Errno qw(EINPROGRESS);
use Fcntl qw(F_SETFL O_NONBLOCK);
use Socket qw(AF_INET SOCK_STREAM SOL_SOCKET SO_ERROR inet_aton pack_sockaddr_in unpack_sockaddr_in);

my ($port, $flows) = @ARGV;
$SIG{PIPE} = 'IGNORE';
$| = 1;
my $ended = 0;
$SIG{TERM} = sub { $ended = 1 };
open my $clock, '<', '/proc/uptime' or die;

sub now { sysseek $clock, 0, 0; sysread $clock, my $text, 32; return (split ' ', $text)[0] }

my $targets = 0;

sub begin {
    socket(my $socket, AF_INET, SOCK_STREAM, 0) or die "no socket: $!\n";
    fcntl $socket, F_SETFL, O_NONBLOCK;
    $targets++;
    my $to = sprintf '198.18.%d.%d', 2 + $targets / 200 % 200, 1 + $targets % 200;
    connect($socket, pack_sockaddr_in($port, inet_aton($to))) or $! == EINPROGRESS or return;
    return $socket;
}

my (%opening, %kept, %last, %own);
my $begins = my $speaks = now();
while (!$ended) {
    my $time = now();
    if ($time >= $begins) {
        $begins = $time + 0.05;
        my $socket = begin();
        if ($socket) { $opening{ fileno $socket } = [$socket, $time] } else { print "new $time failed\n" }
    }
    for my $number (keys %opening) {
        my ($socket, $began) = @{ $opening{$number} };
        next if $time < $began + 0.9;
        print "new $began failed\n";
        delete $opening{$number};
    }
    if ($time >= $speaks) {
        $speaks = $time + 0.25;
        syswrite $_, 'x' for values %kept;
    }
    my ($in, $out) = ('', '');
    vec($in, $_, 1) = 1 for keys %kept;
    vec($out, $_, 1) = 1 for keys %opening;
    next if select($in, $out, undef, 0.02) <= 0;
    for my $number (grep { vec($out, $_, 1) } keys %opening) {
        my ($socket, $began) = @{ delete $opening{$number} };
        my $error = unpack 'i', getsockopt $socket, SOL_SOCKET, SO_ERROR;
        print "new $began ", ($error ? 'failed' : 'ok'), "\n";
        next if $error || keys %kept >= $flows || keys %own >= $flows;
        $kept{$number} = $socket;
        ($own{$number}) = unpack_sockaddr_in getsockname $socket;
        $last{$number} = $time;
        print "flow $own{$number}\n";
    }
    for my $number (grep { vec($in, $_, 1) } keys %kept) {
        my $got = sysread $kept{$number}, my $text, 4096;
        if ($got) { $last{$number} = $time; next }
        next if !defined $got && $!{EAGAIN};
        print "lost $own{$number} $time\n";
        delete $kept{$number};
    }
}
print "last $own{$_} $last{$_}\n" for keys %kept;
