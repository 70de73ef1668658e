#!/usr/bin/perl -w
# line-watch.pl FILE MONITOR LOCK: asks all targets of all lines, each over its own line, which the mark of its packets chooses, and hears what the kernel
# says of their devices. One process, so that a burst takes no new one: on a small host starting a process takes longer than an answer. It loads no
# module but strict, and so is half as large; the numbers are those of Linux on all architectures that Debian is for.
#
# FILE, read again when it has been replaced; targets that are in it as before go on:
#   settings BURST TIMEOUT DOWN UP MOST       milliseconds (TIMEOUT 0: from the round trips), counts, percent
#   line I NAME DEVICE GATEWAY|-
#   follow-routes                             default routes of the lines that others make are told, too
#   target I T PERIOD MARK SOURCE|- RTT|- SENT LOST KIND WHERE...    milliseconds; microseconds; and what was known before
# Kinds:
#   icmp ADDRESS                an echo request is answered
#   tcp ADDRESS PORT            a connection is accepted
#   http ADDRESS PORT HOST PATH an answer comes with a status below 500
#   dns ADDRESS PORT NAME       a server answers the question for NAME's address, whatever it says
#   command TEXT                sh -c TEXT ends with 0; it is given LINE, DEVICE, ADDRESS, GATEWAY and MARK
#
# Tells on standard output, a line each, only what may change something:
#   silent I T [WHO WORDS]      a burst was not answered; somebody on the way (`-`: this host) has said why
#   answers I T COUNT           it has answered so often in a row, twice or UP times or twice that ...; in between its device had a carrier
#   lossy I T PERCENT, clear I T    more is lost than MOST; less than half of that
#   counts I T SENT LOST RTT|- LIMIT WINDOW-SENT WINDOW-LOST WINDOW-RTT|-    every 5 s; round trips in microseconds, the limit in milliseconds
#   carrier DEVICE yes|no|gone  when it has changed
#   look                        an address of such a device has changed, or a default route over it, or it has a carrier again: a tenth of a second ago,
#                               because such changes come in flocks
#   doubt, calm                 a burst begins, and something may have to be written when it ends; nothing is doubted any more
#   held, free                  between them everything else is kept from changing this host: LOCK is taken before it is said that something is dead,
#                               which saves the monitor a process; USR1 lets it go
#   missed                      the kernel had more to say than could be heard
#   tick                        nothing was told for 5 s, but this process is well
# Ends when MONITOR, the process that has started it, has ended. USR2 says that this one is well: the files beside FILE in new/ take their places, and
# systemd is told.
use strict;

my ($file, $monitor, $lock) = @ARGV;
(my $here = $0) =~ s{[^/]*$}{};
require "${here}line-target.pl";

# Plain functions, because constant.pm takes a third of a megabyte.
sub AF_UNIX() { 1 }
sub AF_INET() { 2 }
sub AF_INET6() { 10 }
sub AF_NETLINK() { 16 }
sub STREAM() { 1 | 2048 }                           # all three with SOCK_NONBLOCK
sub DATAGRAM() { 2 | 2048 }
sub RAW() { 3 | 2048 }
sub SOL_SOCKET() { 1 }
sub SO_ERROR() { 4 }
sub SO_RCVBUFFORCE() { 33 }
sub SIOCGSTAMP() { 0x8906 }
sub SO_MARK() { 36 }
sub ICMP() { 1 }
sub ICMPV6() { 58 }
sub EINTR() { 4 }
sub EAGAIN() { 11 }
sub EINPROGRESS() { 115 }
sub ENOBUFS() { 105 }
sub LONGEST() { 5 }                                 # seconds that an answer may take at most

# The clock that is not set and goes on in suspend, finer than /proc/uptime, which has the same time. The call's number is the machine's, which is what
# this program's own file is for.
my %clock_gettime = (62 => 228, 183 => 113, 243 => 113, 258 => 113, 40 => 263, 3 => 265, 21 => 246, 22 => 260);
my $clock = $clock_gettime{ own_machine() };
$clock = undef if defined $clock && abs(fine_time() - coarse_time()) > 1;

sub own_machine {
    open my $program, '<', '/proc/self/exe' or return 0;
    read $program, my $header, 20;
    my ($wide, $little) = unpack 'x4 C C', $header;
    my $machine = unpack $little == 1 ? 'x18 v' : 'x18 n', $header;
    return $machine == 62 && $wide != 2 ? 0 : $machine;
}

sub coarse_time { open my $uptime, '<', '/proc/uptime' or die; return (split ' ', <$uptime>)[0] }

sub time_of {
    my ($which) = @_;
    my $time = "\0" x 16;
    return 0 if syscall($clock, $which, $time) != 0;
    my ($seconds, $nanoseconds) = unpack 'l!l!', $time;
    return $seconds + $nanoseconds / 1e9;
}

sub fine_time { return time_of(7) } # CLOCK_BOOTTIME

sub now { return defined $clock ? fine_time() : coarse_time() }

$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = sub { };                               # wakes select
my $read = 0;                                       # which FILE it was

my %settings;
my %targets;       # by the words that they are declared with
my @targets;       # in order; { known: Target, next, id, source, ... }
my %asked_by;      # by the id of an echo request: [target, whether it is of a burst]
my $ids = $$ * 2 % 65536;
my %senders;       # by family, mark and source
my %listeners;     # by family: what hears answers, what hears that somebody is unreachable
our %attempts;     # connections that are made, by descriptor; and commands that run, by process (line-connections.pl)
our %commands;
my (%devices, %name_of, %carrier, $follow_routes, $kernel);
my $next_tick = now() + 5;
my $look_at;                                        # when it is told that something has changed
my ($doubted, $doubted_at) = (0, -5);
my ($in_doubt, @sockets) = (0);                     # how many targets are asked by a burst; what is listened to without and with one

sub say_so {
    my ($text) = @_;
    $next_tick = now() + 5;
    while (length $text) {
        my $wrote = syswrite STDOUT, $text;
        if (!defined $wrote) { next if $! == EINTR; exit 1 }
        substr($text, 0, $wrote) = '';
    }
}

# ---- the lock --------------------------------------------------------------------------------------------------------------

my ($locked, $locked_at, $told_free, $let_go);
$SIG{USR1} = sub { $let_go = 1 };

# It counts only on the file that has the name now.
sub hold {
    return if $locked;
    open my $handle, '>>', $lock or return;
    return if !flock($handle, 2 | 4) || (stat $handle)[1] != ((stat $lock)[1] // 0); # LOCK_EX, LOCK_NB
    ($locked, $locked_at, $told_free, $let_go) = ($handle, now(), 0, 0);
    say_so("held\n");
}

# ---- records ---------------------------------------------------------------------------------------------------------------

my $publish;
$SIG{USR2} = sub { $publish = 1 };

sub publish {
    $publish = 0;
    (my $folder = $file) =~ s{[^/]*$}{};
    -e "${folder}new/$_" && rename "${folder}new/$_", "$folder$_" for qw(targets metrics.prom);
    return if !length($ENV{NOTIFY_SOCKET} // '');
    (my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\0/;
    socket(my $systemd, AF_UNIX, DATAGRAM, 0) or return;
    send $systemd, 'WATCHDOG=1', 0, pack('S a*', AF_UNIX, $name);
}

# ---- addresses -------------------------------------------------------------------------------------------------------------

sub bytes_of {
    my ($address) = @_;
    return pack 'C4', split /\./, $address if $address !~ /:/;
    my ($left, $right) = map { [split /:/] } split /::/, $address, -1;
    $right //= [];
    return pack 'n8', map { hex } @$left, (0) x (8 - @$left - @$right), @$right;
}

sub text_of {
    my ($bytes) = @_;
    return join '.', unpack 'C4', $bytes if length $bytes == 4;
    my $text = join ':', map { sprintf '%x', $_ } unpack 'n8', $bytes;
    my ($longest) = sort { length $b <=> length $a } $text =~ /(?:^|(?<=:))0(?::0)+(?=:|$)/g;
    $text =~ s/(^|:)\Q$longest\E(:|$)/::/ if defined $longest;
    return $text;
}

sub to_address {
    my ($family, $address, $port) = @_;
    return $family == AF_INET6 ? pack('S n N a16 L', $family, $port, 0, $address, 0) : pack('S n a4 x8', $family, $port, $address);
}

# ---- what is declared ------------------------------------------------------------------------------------------------------

sub load {
    my ($now) = @_;
    open my $lines, '<', $file or exit 1;
    $read = (stat $lines)[1];
    my (%lines, %kept, @wanted, %count);
    my $followed = $follow_routes;
    $follow_routes = 0;
    while (<$lines>) {
        chomp;
        my ($word, $rest) = split ' ', $_, 2 or next;
        if ($word eq 'settings') { @settings{qw(burst timeout down up most)} = split ' ', $rest }
        $follow_routes = 1 if $word eq 'follow-routes';
        if ($word eq 'line') { my ($i, @of) = split ' ', $rest; $lines{$i} = \@of }
        next if $word ne 'target';
        my ($i, $t, $period, $mark, $source, $rtt, $sent, $lost, $kind, $where) = split ' ', $rest, 10;
        $count{$i}++;
        push @wanted, { i => $i, t => $t, period => $period / 1000, mark => $mark, source => $source, kind => $kind, where => $where,
            rtt => $rtt eq '-' ? 0 : $rtt / 1e6, sent => $sent, lost => $lost };
    }
    for my $target (@wanted) {
        my $key = join ' ', @$target{qw(i t period mark source kind where)}, @settings{qw(burst timeout down up most)};
        $target->{of} = $lines{ $target->{i} };
        if (my $before = $targets{$key}) { $before->{of} = $target->{of}; $kept{$key} = $before; next }
        $kept{$key} = prepare($target);
        # Not all at the same moment: the line's next probe is never far.
        $target->{next} = $now + $target->{period} * ($target->{t} - 1) / $count{ $target->{i} };
    }
    %targets = %kept;
    @targets = sort { $a->{i} <=> $b->{i} || $a->{t} <=> $b->{t} } values %targets;
    my %wanted = map { ($_->{sender} => 1) } @targets;
    delete @senders{ grep { !$wanted{$_} } keys %senders };
    %asked_by = map { ($_->{id} => [$_, 0], $_->{id} + 1 => [$_, 1]) } @targets;
    my %before = %devices;
    %devices = map { ($_->[1] => 1) } values %lines;
    exit 0 if !%devices;
    hear_kernel() if !$kernel || $followed != $follow_routes || grep { !$before{$_} } keys %devices;
    find_sockets();
}

sub prepare {
    my ($target) = @_;
    my ($address, @more) = split ' ', $target->{where};
    my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
    @$target{qw(family address more)} = ($family, $address, \@more);
    $target->{bytes} = bytes_of($address) if $target->{kind} ne 'command';
    $target->{sender} = "$family $target->{mark} $target->{source}";
    $target->{id} = $ids = ($ids + 2) % 65536;
    my ($i, $t) = @$target{qw(i t)};
    $target->{known} = Target->new(
        (map { ($_ => $target->{$_}) } qw(i t period rtt sent lost)), (map { ($_ => $settings{$_}) } qw(down up most)),
        burst_period => $settings{burst} / 1000, timeout => $settings{timeout} / 1000, tell => sub {
            hold() if $_[0] eq 'silent';
            say_so("$_[0] $_[1]\n");
        },
    );
    $target->{kind} eq 'icmp' ? listen_to($family) : require "${here}line-connections.pl";
    return $target;
}

# ---- asking ----------------------------------------------------------------------------------------------------------------

# Another probe, steady or of a burst.
sub ask {
    my ($target, $burst, $now) = @_;
    my $known = $target->{known};
    my $number = $burst ? $known->ask_again($now) : $known->ask($now);
    my $kind = $target->{kind};
    my $problem = $kind eq 'icmp' ? send_echo($target, $burst, $number) : $kind eq 'command' ? run($target, $burst, $number, $now)
        : connect_to($target, $burst, $number, $now);
    refused($target, $burst, $number, "- $problem") if defined $problem;
}

sub refused {
    my ($target, $burst, $number, $words) = @_;
    my $known = $target->{known};
    $burst ? $known->burst_refused($number, $words) : $known->refused($number, $words);
}

sub answered {
    my ($target, $burst, $number, $now) = @_;
    my $known = $target->{known};
    $burst ? $known->burst_answered($number, $now) : $known->answered($number, $now);
}

# A socket whose packets bear the line's mark and address; on failure $! says why.
sub marked {
    my ($target, $type, $protocol) = @_;
    my ($family, $mark, $source) = @$target{qw(family mark source)};
    socket(my $socket, $family, $type, $protocol) or return;
    setsockopt($socket, SOL_SOCKET, SO_MARK, pack('I', $mark)) or return;
    if ($source ne '-') { bind($socket, to_address($family, bytes_of($source), 0)) or return }
    return $socket;
}

# ---- echo requests ---------------------------------------------------------------------------------------------------------

# What comes is heard by two sockets of each family: each socket of this kind is given every packet there is, of the types that it lets through.
# Answers have time until somebody asks whether they have come: this process sleeps through most of them.
sub listen_to {
    my ($family) = @_;
    return if $listeners{$family};
    my $six = $family == AF_INET6;
    $listeners{$family} = { answers => listener($six, $six ? 129 : 0), errors => listener($six, $six ? 1 : 3) };
}

sub listener {
    my ($six, $type) = @_;
    socket(my $socket, $six ? AF_INET6 : AF_INET, RAW, $six ? ICMPV6 : ICMP) or die "no socket for echo requests: $!\n";
    filter($socket, $six, $type);
    setsockopt($socket, SOL_SOCKET, SO_RCVBUFFORCE, pack 'i', 1 << 20);
    ioctl $socket, SIOCGSTAMP, my $time = "\0" x 16; # from now on the kernel notes when each came
    return $socket;
}

# A bit of each type that is kept away.
sub filter {
    my ($socket, $six, @types) = @_;
    my @blocked = (0xffffffff) x ($six ? 8 : 1);
    $blocked[$_ >> 5] &= ~(1 << ($_ & 31)) for @types;
    setsockopt($socket, $six ? ICMPV6 : 255, 1, pack 'L*', @blocked); # SOL_ICMPV6 ICMPV6_FILTER, SOL_RAW ICMP_FILTER
}

sub send_echo {
    my ($target, $burst, $number) = @_;
    my $six = $target->{family} == AF_INET6;
    my $socket = $senders{ $target->{sender} };
    if (!$socket) {
        $socket = marked($target, RAW, $six ? ICMPV6 : ICMP) or return "$!";
        filter($socket, $six);
        $senders{ $target->{sender} } = $socket;
    }
    my @fields = ($six ? 128 : 8, 0, 0, $target->{id} + $burst, $number & 0xffff);
    my $data = 'pulumi-multipath';
    $fields[2] = checksum(pack('C2n3', @fields) . $data) if !$six; # of IPv6 the kernel sees to it
    return if defined send($socket, pack('C2n3', @fields) . $data, 0, to_address($target->{family}, $target->{bytes}, 0));
    my $problem = "$!";
    delete $senders{ $target->{sender} };
    return $problem;
}

sub checksum {
    my $sum = unpack '%32n*', $_[0];
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    return ~$sum & 0xffff;
}

my @unreachable4 = ('Destination Net Unreachable', 'Destination Host Unreachable', 'Destination Protocol Unreachable', 'Destination Port Unreachable');
$unreachable4[9] = 'Destination Net Prohibited';
$unreachable4[10] = 'Destination Host Prohibited';
$unreachable4[13] = 'Packet filtered';
my @unreachable6 = ('Destination unreachable: No route', 'Destination unreachable: Administratively prohibited', 'Destination unreachable',
    'Destination unreachable: Address unreachable', 'Destination unreachable: Port unreachable');

# All answers that have come, each as of when it came. The kernel knows that by the clock that people see, and set.
sub hear_answers {
    my ($family, $now) = @_;
    my ($six, $socket, $stamp) = ($family == AF_INET6, $listeners{$family}{answers}, "\0" x 16);
    my $date = defined $clock ? time_of(0) : 0; # CLOCK_REALTIME
    while (defined(my $from = recv $socket, my $packet, 2048, 0)) {
        substr($packet, 0, (ord($packet) & 15) * 4) = '' if !$six;
        next if length $packet < 8;
        my ($id, $sequence) = unpack 'x4 n2', $packet;
        my ($target, $burst) = @{ $asked_by{$id} // next };
        next if ($six ? substr($from, 8, 16) : substr($from, 4, 4)) ne $target->{bytes};
        my $age = 0;
        if ($date && ioctl $socket, SIOCGSTAMP, $stamp) {
            my ($seconds, $microseconds) = unpack 'l!l!', $stamp;
            $age = $date - $seconds - $microseconds / 1e6;
            $age = 0 if $age < 0 || $age > 1;
        }
        answered($target, $burst, whole_number($target, $burst, $sequence), $now - $age);
    }
}

# What others on the way say.
sub hear_errors {
    my ($family) = @_;
    my $six = $family == AF_INET6;
    while (defined(my $from = recv $listeners{$family}{errors}, my $packet, 2048, 0)) {
        substr($packet, 0, (ord($packet) & 15) * 4) = '' if !$six;
        # What it is about follows: its header, and how it began.
        next if length $packet < ($six ? 56 : 36);
        my $code = unpack 'x C', $packet;
        my $about = substr $packet, 8;
        my $to = $six ? substr($about, 24, 16) : substr($about, 16, 4);
        next if ord(substr $about, $six ? 6 : 9, 1) != ($six ? ICMPV6 : ICMP);
        my ($type, $id, $sequence) = unpack 'Cx3n2', substr $about, $six ? 40 : (ord($about) & 15) * 4;
        my ($target, $burst) = @{ $asked_by{ $id // next } // next };
        next if !defined $sequence || $type != ($six ? 128 : 8) || $to ne $target->{bytes};
        my $words = ($six ? $unreachable6[$code] : $unreachable4[$code]) // "Destination unreachable, code $code";
        my $who = $six ? substr($from, 8, 16) : substr($from, 4, 4);
        refused($target, $burst, whole_number($target, $burst, $sequence), text_of($who) . " $words");
    }
}

# A packet has the last 16 bits of its number.
sub whole_number {
    my ($target, $burst, $sequence) = @_;
    my $latest = $target->{known}{ $burst ? 'burst_asked' : 'asked' };
    my $number = ($latest & ~0xffff) + $sequence;
    return $number > $latest ? $number - 65536 : $number;
}

# ---- the kernel --------------------------------------------------------------------------------------------------------------

# Links and addresses, and if need be routes, from now on; it begins with all links there are.
sub hear_kernel {
    my $groups = 0x1 | 0x10 | 0x100 | ($follow_routes ? 0x40 | 0x400 : 0); # RTMGRP_LINK, _IPV4_IFADDR, _IPV6_IFADDR, _IPV4_ROUTE, _IPV6_ROUTE
    socket($kernel, AF_NETLINK, RAW, 0) or die "the kernel can't be listened to: $!\n";
    bind($kernel, pack 'S x2 L L', AF_NETLINK, 0, $groups) or die "the kernel can't be listened to: $!\n";
    setsockopt($kernel, SOL_SOCKET, SO_RCVBUFFORCE, pack 'i', 1 << 20);
    send $kernel, pack('L S S L L x16', 32, 18, 0x301, 1, 0), 0; # RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP
    %carrier = ();
    say_so("look\n"); # what has changed before is not told
}

sub kernel_says {
    my $look = 0;
    while (1) {
        if (!defined recv $kernel, my $messages, 1 << 17, 0) {
            say_so("missed\n") if $! == ENOBUFS;
            last if $! != ENOBUFS && $! != EINTR;
            next;
        } else {
            while (length $messages >= 16) {
                my ($length, $type) = unpack 'L S', $messages;
                last if $length < 16 || $length > length $messages;
                my $message = substr $messages, 16, $length - 16;
                if ($type == 16 || $type == 17) { is_link($message, $type == 17) }                  # RTM_NEWLINK, RTM_DELLINK
                elsif ($type == 20 || $type == 21) { $look = 1 if of_ours(unpack 'x4 L', $message) }  # RTM_NEWADDR, RTM_DELADDR
                elsif ($type == 24 || $type == 25) { $look = 1 if is_default($message) }            # RTM_NEWROUTE, RTM_DELROUTE
                substr($messages, 0, ($length + 3) & ~3) = '';
            }
        }
    }
    look_soon() if $look;
}

sub look_soon { $look_at //= now() + 0.1 }

sub of_ours { my ($index) = @_; return exists $name_of{$index} && exists $devices{ $name_of{$index} } }

# By their numbers.
sub attributes {
    my ($bytes) = @_;
    my %found;
    while (length $bytes >= 4) {
        my ($length, $type) = unpack 'S S', $bytes;
        last if $length < 4 || $length > length $bytes;
        $found{ $type & 0x3fff } = substr $bytes, 4, $length - 4;
        substr($bytes, 0, ($length + 3) & ~3) = '';
    }
    return \%found;
}

# A bridge tells of its members as of links, and of one that leaves it as of one that is deleted.
sub is_link {
    my ($message, $deleted) = @_;
    my ($family, $index, $flags) = unpack 'C x3 l L', $message;
    return if $family != 0;
    my $name = unpack 'Z*', attributes(substr $message, 16)->{3} // ''; # IFLA_IFNAME
    my $before = $name_of{$index};
    carrier_is($before, 'gone') if defined $before && ($deleted || $before ne $name);
    delete $name_of{$index};
    return if $deleted;
    $name_of{$index} = $name;
    carrier_is($name, $flags & 0x1 && $flags & 0x10000 ? 'yes' : 'no'); # IFF_UP, IFF_LOWER_UP
}

sub carrier_is {
    my ($name, $is) = @_;
    return if !$devices{$name} || ($carrier{$name} // '') eq $is;
    $carrier{$name} = $is;
    if ($is ne 'yes') {
        hold();
        $_->{known}->begin_anew for grep { $_->{of}[1] eq $name } @targets;
    }
    say_so("carrier $name $is\n");
    look_soon() if $is eq 'yes';
}

# Somebody else's default route over one of these devices.
sub is_default {
    my ($message) = @_;
    my ($length, $protocol) = unpack 'x1 C x3 C', $message;
    return if $length != 0 || $protocol == 205;
    my $known = attributes(substr $message, 12);
    return 1 if defined $known->{4} && of_ours(unpack 'L', $known->{4}); # RTA_OIF
    for (my $hops = $known->{9} // ''; length $hops >= 8;) { # RTA_MULTIPATH
        my ($size, $index) = unpack 'S x2 L', $hops;
        return 1 if of_ours($index);
        last if $size < 8;
        substr($hops, 0, ($size + 3) & ~3) = '';
    }
}

# ---- the loop --------------------------------------------------------------------------------------------------------------

sub step {
    my ($target, $now) = @_;
    my $known = $target->{known};
    if ($known->missed($now)) {
        if ($now >= $doubted_at + 5) { # what loses all the time is not prepared for
            ($doubted, $doubted_at) = (1, $now);
            say_so("doubt\n");
        }
        # All of the line's targets are asked at the same time: what they say together is the line's state.
        $_->{known}->begin_burst($now) for grep { $_->{i} == $target->{i} } @targets;
    }
    if ($target->{next} <= $now) {
        $target->{next} += $target->{period};
        $target->{next} = $now + $target->{period} if $target->{next} <= $now;
        ask($target, 0, $now) if $target->{kind} ne 'command' || !is_busy($target);
    }
}

sub step_burst {
    my ($target, $now) = @_;
    my $known = $target->{known};
    my $burst = $known->{burst} or return;
    if ($burst->{left} > 0 && $burst->{next} <= $now) {
        if ($target->{kind} eq 'command' && is_busy($target)) { $burst->{next} = $now + 0.02 } else { ask($target, 1, $now) }
    }
    $known->end_burst($now);
}

# Once a second at least, for the file and the monitor may be gone. With a steady probe there is a little time: most are judged when the next ones are sent,
# and nobody wakes up for them.
sub next_time {
    my ($now) = @_;
    my $next = $now + 1;
    $next = $look_at if defined $look_at && $look_at < $next;
    for my $target (@targets) {
        $next = $target->{next} if $target->{next} < $next;
        my $known = $target->{known};
        my $own = $known->next_time // next;
        $own += 0.05 if !$known->{burst};
        $next = $own if $own < $next;
    }
    return $next;
}

# What is always listened to; and while something is doubted answers as well. Without a fine clock it is not known when they came: then always.
sub find_sockets {
    my $always = '';
    vec($always, fileno $_, 1) = 1 for $kernel, map { $_->{errors} } values %listeners;
    @sockets = ($always, $always);
    vec($sockets[1], fileno $_->{answers}, 1) = 1 for values %listeners;
    $sockets[0] = $sockets[1] if !defined $clock;
}

while (getppid == $monitor) {
    load(now()) if ((stat $file)[1] // 0) != $read;
    my $now = now();
    my $planned = next_time($now);
    my ($in, $out) = ($sockets[$in_doubt ? 1 : 0], '');
    for my $attempt (values %attempts) { vec($attempt->{asked} ? $in : $out, fileno $attempt->{socket}, 1) = 1 }
    my $found = select $in, $out, undef, $planned > $now ? $planned - $now : 0;
    $now = now();
    if ($locked && ($let_go || $now > $locked_at + 2)) { undef $locked }
    # What has come is heard before anybody judges what has not.
    if ($now > $planned + 0.03) { $_->{known}->excuse($now - $planned) for @targets }
    hear_answers($_, $now) for keys %listeners;
    if ($found > 0) {
        for my $family (keys %listeners) { hear_errors($family) if vec $in, fileno $listeners{$family}{errors}, 1 }
        kernel_says() if vec $in, fileno $kernel, 1;
        go_on_with($in, $out, $now) if %attempts;
    }
    reap($now) if %commands;
    give_up($now) if %attempts || %commands;
    step($_, $now) for @targets;
    if ($in_doubt = grep { $_->{known}{burst} } @targets) {
        step_burst($_, $now) for @targets;
        $in_doubt = grep { $_->{known}{burst} } @targets;
    }
    if (!$in_doubt) {
        say_so("calm\n") if $doubted;
        $doubted = 0;
        say_so("free\n") if $locked && !$told_free++;
    }
    if (defined $look_at && $now >= $look_at) {
        undef $look_at;
        say_so("look\n");
    }
    say_so("tick\n") if $now >= $next_tick;
    publish() if $publish;
}
