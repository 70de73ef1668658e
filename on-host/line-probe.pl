#!/usr/bin/perl
# line-probe.pl COUNT|0 PERIOD TIMEOUT MARK ADDRESS|- KIND WHERE...: asks by tcp, http or dns, over the line that the mark chooses, and prints what
# ping would print. Status 0 when there was an answer. Needs nothing but perl-base.
#   tcp ADDRESS PORT            a connection is accepted
#   http ADDRESS PORT HOST PATH an answer comes with a status below 500
#   dns ADDRESS PORT NAME       a server answers the question for NAME's address, whatever it says
use strict;
use warnings;
use Errno qw(EINPROGRESS);
use Socket qw(AF_INET AF_INET6 SOCK_STREAM SOCK_DGRAM SOL_SOCKET SO_ERROR inet_pton pack_sockaddr_in pack_sockaddr_in6);
use Fcntl qw(F_SETFL O_NONBLOCK);

use constant SO_MARK => 36; # on all architectures but a few that no gateway has

my ($count, $period, $timeout, $mark, $source, $kind, $where, $port, @more) = @ARGV;
$| = 1;
$SIG{PIPE} = 'IGNORE';
my $family = $where =~ /:/ ? AF_INET6 : AF_INET;

sub now { open my $file, '<', '/proc/uptime' or die; return (split ' ', <$file>)[0] }

# The clock of /proc/uptime ticks too coarsely for round trips; one that is set meanwhile spoils one of them.
eval { require Time::HiRes };
sub fine { return defined &Time::HiRes::clock_gettime ? Time::HiRes::clock_gettime(1) : now() }

sub to_address {
    my ($address, $to) = @_;
    return $family == AF_INET6 ? pack_sockaddr_in6($to, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($to, inet_pton(AF_INET, $address));
}

# Waits until it can be written to, or read from; returns false when the time is over.
sub ready {
    my ($socket, $writing, $until) = @_;
    my $bits = '';
    vec($bits, fileno($socket), 1) = 1;
    my $left = $until - fine();
    return $left > 0 && select($writing ? undef : (my $in = $bits), $writing ? (my $out = $bits) : undef, undef, $left) > 0;
}

sub ask {
    my $until = fine() + $timeout;
    socket(my $socket, $family, $kind eq 'dns' ? SOCK_DGRAM : SOCK_STREAM, 0) or return "no socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_MARK, pack('I', $mark)) or return "no mark: $!";
    if ($source ne '-') { bind($socket, to_address($source, 0)) or return "$source: $!" }
    fcntl($socket, F_SETFL, O_NONBLOCK);
    if (!connect($socket, to_address($where, $port))) {
        return "$!" if $! != EINPROGRESS;
        return '' if !ready($socket, 1, $until);
        my $error = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
        if ($error) { $! = $error; return "$!" }
    }
    return undef if $kind eq 'tcp';
    my ($question, $id) = ('', int(rand(65536)));
    if ($kind eq 'http') {
        my ($host, $path) = @more;
        $question = "GET $path HTTP/1.0\r\nHost: $host\r\nUser-Agent: pulumi-multipath\r\nConnection: close\r\n\r\n";
    } else {
        $question = pack('n6', $id, 0x0100, 1, 0, 0, 0) . join('', map { pack('C/a', $_) } split /\./, $more[0]) . pack('Cn2', 0, 1, 1);
    }
    syswrite($socket, $question) or return "$!";
    my $answer = '';
    while (length($answer) < 12) {
        return '' if !ready($socket, 0, $until);
        my $got = sysread($socket, $answer, 2048, length($answer));
        return defined $got ? 'closed without an answer' : "$!" if !$got;
    }
    if ($kind eq 'http') { return $answer =~ m{^HTTP/\d\.\d [1-4]\d\d} ? undef : 'answered ' . substr($answer, 9, 3) }
    return unpack('n', $answer) == $id ? undef : '';
}

my $answers = 0;
for (my $number = 1; ; $number++) {
    my $began = fine();
    my $problem = ask();
    my $took = fine() - $began;
    if (!defined $problem) {
        $answers++;
        printf "0 bytes from %s: icmp_seq=%d time=%.3f ms\n", $where, $number, $took * 1000;
    } elsif ($problem ne '' && $problem =~ /nreachable|No route|refused|answered|no mark|assign/) {
        print "From $where icmp_seq=$number unreachable: $problem\n";
    } else {
        print "no answer yet for icmp_seq=$number\n";
    }
    last if $count && ($answers || $number >= $count);
    my $rest = $period - (fine() - $began);
    select(undef, undef, undef, $rest) if $rest > 0;
    exit 1 if getppid() == 1; # whoever had started it is gone
}
exit($answers ? 0 : 1);
